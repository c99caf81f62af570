package org.virtnft.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Programs of the system, run to their end, which must come soon. */
public final class Program {

    private Program() {}

    /**
     * How one ended.
     *
     * @param output what it printed, on standard error too
     */
    public record Ending(int status, String output) {}

    /**
     * Runs one.
     *
     * @param input for its standard input
     * @param patience how long to wait for its end
     * @throws ProgramException when it cannot be run, or does not end
     */
    public static Ending run(List<String> command, String input, Duration patience) {
        return run(prepare(command).redirectErrorStream(true), input, patience);
    }

    /**
     * Runs one that must succeed.
     *
     * @throws ProgramException when it does not, with what it said
     */
    public static void runOrFail(List<String> command, Duration patience) {
        Ending ending = run(command, "", patience);
        if (ending.status() != 0) {
            throw new ProgramException(String.join(" ", command) + " failed: " + ending.output());
        }
    }

    /** Runs one for what it prints on standard output alone: a warning in the midst of it would spoil it. */
    public static Ending runForOutput(List<String> command, Duration patience) {
        return run(prepare(command).redirectError(ProcessBuilder.Redirect.DISCARD), "", patience);
    }

    /** Runs one with these variables and no others, as a daemon would. */
    public static Ending run(List<String> command, Map<String, String> environment, String input, Duration patience) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return run(builder.redirectErrorStream(true), input, patience);
    }

    private static Ending run(ProcessBuilder builder, String input, Duration patience) {
        try (Waiting program = start(builder)) {
            return program.finish(input, patience);
        }
    }

    /**
     * Starts one that reads its standard input first, for whoever will be in a hurry then.
     *
     * @throws ProgramException when it cannot be run
     */
    public static Waiting start(List<String> command) {
        return start(prepare(command).redirectErrorStream(true));
    }

    private static Waiting start(ProcessBuilder builder) {
        try {
            return new Waiting(builder.command(), builder.start());
        } catch (IOException e) {
            throw new ProgramException(builder.command().get(0) + " cannot be run: " + e.getMessage(), e);
        }
    }

    /** One that was started, and waits for what to do. */
    public static final class Waiting implements AutoCloseable {

        private final List<String> command;
        private final Process process;

        private Waiting(List<String> command, Process process) {
            this.command = command;
            this.process = process;
        }

        /**
         * Tells it, and lets it come to its end.
         *
         * @throws ProgramException when it does not end
         */
        public Ending finish(String input, Duration patience) {
            try {
                CompletableFuture<String> output =
                        CompletableFuture.supplyAsync(() -> readAll(process.getInputStream()));
                try (OutputStream stdin = process.getOutputStream()) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    // it did not want to read: its exit status tells whether that is wrong
                }
                if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                    throw new ProgramException(String.join(" ", command) + ": does not end");
                }
                String said = output.get(patience.toSeconds(), TimeUnit.SECONDS);
                return new Ending(process.exitValue(), said.strip());
            } catch (ExecutionException | TimeoutException e) {
                throw new ProgramException(String.join(" ", command) + ": its output cannot be read", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ProgramException("interrupted", e);
            }
        }

        /** Ends it, if it has not ended. */
        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static String readAll(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /** A program that finds itself and others, in the system's folders alone, and with nothing else of the caller's environment. */
    public static ProcessBuilder prepare(List<String> command) {
        List<String> found = new ArrayList<>(command);
        for (String folder : Environment.FOLDERS) {
            if (Files.isExecutable(Path.of(folder, command.get(0)))) {
                found.set(0, folder + "/" + command.get(0));
                break;
            }
        }
        ProcessBuilder builder = new ProcessBuilder(found);
        Environment.limit(builder.environment());
        return builder;
    }
}
