package org.virtnft.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.virtnft.launcher.Program;
import org.virtnft.network.InterfaceName;
import org.virtnft.transaction.Aftermath;

/** A network namespace of a test's own: nothing of the host's is touched, and it goes with the test. */
public final class TestNamespace implements TestKernel {

    private static final Path OURS = Path.of("/proc/self/ns/net");

    /** Holds the namespace; ends by itself when the test's JVM could not end it. */
    private final Process keeper;

    private TestNamespace(Process keeper) {
        this.keeper = keeper;
    }

    public static TestNamespace create() {
        try {
            Process keeper = new ProcessBuilder("unshare", "--net", "sleep", "900").start();
            TestNamespace made = new TestNamespace(keeper);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (keeper.isAlive() && name(made.file()).equals(name(OURS))) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("unshare has made no network namespace");
                }
                Thread.sleep(2);
            }
            if (!keeper.isAlive()) {
                throw new AssertionError("unshare --net failed (root is needed): "
                        + new String(keeper.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** What {@link NetworkNamespace#enter} wants. */
    public Path file() {
        return Path.of("/proc/" + keeper.pid() + "/ns/net");
    }

    /** What {@link NetworkNamespace#current} says inside. */
    public String name() {
        return name(file());
    }

    private static String name(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Nft library() {
        return new LibNftables();
    }

    /** A warning is the test's failure. */
    @Override
    public Aftermath flowsEnd() {
        return TestFlows.real()::end;
    }

    @Override
    public boolean hasInterface(String name) {
        return new Interfaces().exists(new InterfaceName(name));
    }

    @Override
    public void addBridge(String name) {
        program("ip", "link", "add", name, "type", "bridge").run().ok();
    }

    @Override
    public void removeBridge(String name) {
        program("ip", "link", "del", name).run().ok();
    }

    /** On a thread of its own: one that entered never comes back. */
    @Override
    public <T> T inside(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(() -> {
            NetworkNamespace.enter(file());
            return work.call();
        });
        Thread thread = new Thread(task, "inside " + name());
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw unchecked(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static RuntimeException unchecked(Throwable cause) {
        if (cause instanceof RuntimeException e) {
            throw e;
        }
        if (cause instanceof Error e) {
            throw e;
        }
        throw new AssertionError(cause);
    }

    /** A program that will run inside. */
    public Program program(String... command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + file(), "--"));
        words.addAll(Arrays.asList(command));
        return Program.of(words);
    }

    @Override
    public String nft(String... arguments) {
        List<String> words = new ArrayList<>(List.of("nft"));
        words.addAll(Arrays.asList(arguments));
        return program(words.toArray(String[]::new)).run().ok().out();
    }

    @Override
    public void load(String script) {
        program("nft", "-f", "-").input(script).run().ok();
    }

    @Override
    public String ruleset() {
        Nft.Answer answer = inside(() -> new LibNftables().ask("list ruleset"));
        if (!answer.ok()) {
            throw new AssertionError(answer.errors());
        }
        return answer.output();
    }

    @Override
    public void close() {
        keeper.destroyForcibly();
        try {
            keeper.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
