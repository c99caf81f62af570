package org.virtnft.ruleset;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace for the {@code nft} of this machine, empty at first and gone with this object, or with this JVM: the
 * machine's own ruleset is never touched. Needs root.
 */
final class NftSandbox implements AutoCloseable {

    /** Keeps the namespace; it ends when its standard input does. */
    private final Process keeper;

    NftSandbox() {
        try {
            keeper = new ProcessBuilder("unshare", "--net", "--", "sh", "-c", "echo ready; read -r _")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader said =
                    new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8));
            if (!"ready".equals(said.readLine())) {
                throw new AssertionError(
                        "no network namespace could be made: these tests need root, unshare and nsenter");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loads a script; fails with what nft says of it. */
    void load(String script) {
        Answer answer = tryToLoad(script);
        if (answer.status() != 0) {
            throw new AssertionError("nft -f ends with " + answer.status() + ":\n" + answer.said());
        }
    }

    /** Loads a script as the kernel lets it. */
    Answer tryToLoad(String script) {
        try {
            Path file = Files.createTempFile("virt-nft-test", ".nft");
            try {
                Files.writeString(file, script, StandardCharsets.UTF_8);
                return nft("-f", file.toString());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Our table, as nft lists it. */
    String table() {
        return list("list table " + Template.load().table());
    }

    /** What nft prints for one command, which must succeed. */
    String list(String... arguments) {
        List<String> words = new ArrayList<>();
        for (String argument : arguments) {
            words.addAll(List.of(argument.split(" ")));
        }
        Answer answer = nft(words.toArray(new String[0]));
        if (answer.status() != 0) {
            throw new AssertionError("nft " + words + " ends with " + answer.status() + ":\n" + answer.said());
        }
        return answer.said();
    }

    private Answer nft(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("nsenter", "--net=/proc/" + keeper.pid() + "/ns/net", "--", "nft"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** The version of nft, as in {@code 1.0.6}. */
    static String version() {
        // "nftables v1.0.6 (Lester Gooch #5)"
        return run(List.of("nft", "--version")).said().split(" ")[1].substring(1);
    }

    /**
     * How a command ended.
     *
     * @param said what it printed, errors among it
     */
    record Answer(int status, String said) {}

    private static Answer run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(process.waitFor(), said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try (OutputStream end = keeper.getOutputStream()) {
            end.flush();
        } catch (IOException e) {
            keeper.destroy();
        }
        try {
            if (!keeper.waitFor(5, TimeUnit.SECONDS)) {
                keeper.destroyForcibly();
            }
        } catch (InterruptedException e) {
            keeper.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
