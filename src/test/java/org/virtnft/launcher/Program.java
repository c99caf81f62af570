package org.virtnft.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program to run, with bounded patience: no test waits for ever, and none leaves a process behind. */
public final class Program {

    /** What a test that is right never needs. */
    private static final int PATIENCE_SECONDS = 90;

    private final List<String> command;
    private final ProcessBuilder builder;
    private String input = "";

    private Program(List<String> command) {
        this.command = List.copyOf(command);
        this.builder = new ProcessBuilder(command);
    }

    public static Program of(String... command) {
        return new Program(Arrays.asList(command));
    }

    public static Program of(List<String> command) {
        return new Program(command);
    }

    /** The launcher that the build made. */
    public static Path launcher() {
        return basedir().resolve("target/virt-nft");
    }

    /** The checkout. */
    public static Path basedir() {
        return Path.of(System.getProperty("virtnft.basedir", System.getProperty("user.dir")));
    }

    /** More words at the end. */
    public Program and(String... words) {
        List<String> longer = new ArrayList<>(command);
        longer.addAll(Arrays.asList(words));
        Program program = new Program(longer);
        program.input = input;
        program.builder.directory(builder.directory());
        program.builder.environment().clear();
        program.builder.environment().putAll(builder.environment());
        return program;
    }

    public Program in(Path directory) {
        builder.directory(directory.toFile());
        return this;
    }

    public Program with(String variable, String value) {
        builder.environment().put(variable, value);
        return this;
    }

    /** These variables and no others. */
    public Program withOnly(Map<String, String> environment) {
        builder.environment().clear();
        builder.environment().putAll(environment);
        return this;
    }

    public Program input(String text) {
        input = text;
        return this;
    }

    /** Runs it to its end. */
    public Run run() {
        return start().await();
    }

    /** Starts it. */
    public Running start() {
        try {
            Path folder = Files.createTempDirectory("virtnft-run");
            Path in = Files.writeString(folder.resolve("in"), input);
            Path out = folder.resolve("out");
            Path err = folder.resolve("err");
            // files, not pipes: a grandchild that outlives its parent must not keep us waiting for the end of a pipe
            Process process = builder.redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            return new Running(command, process, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A program that was started. */
    public static final class Running {
        private final List<String> command;
        private final Process process;
        private final Path folder;

        private Running(List<String> command, Process process, Path folder) {
            this.command = command;
            this.process = process;
            this.folder = folder;
        }

        public ProcessHandle process() {
            return process.toHandle();
        }

        public boolean isAlive() {
            return process.isAlive();
        }

        /** Its end; one that does not come is an error. */
        public Run await() {
            try {
                boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (!ended) {
                    kill();
                }
                Run run = new Run(ended ? process.exitValue() : -1, read("out"), read("err"));
                remove();
                if (!ended) {
                    throw new AssertionError(command + " did not end: " + run);
                }
                return run;
            } catch (InterruptedException e) {
                kill();
                Thread.currentThread().interrupt();
                throw new AssertionError(command + " was interrupted", e);
            }
        }

        /** Ends it and its children, without a word. */
        public void kill() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        private String read(String name) {
            try {
                return new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void remove() {
            try {
                for (String name : List.of("in", "out", "err")) {
                    Files.deleteIfExists(folder.resolve(name));
                }
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
