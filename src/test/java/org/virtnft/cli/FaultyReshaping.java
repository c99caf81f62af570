package org.virtnft.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.libvirt.NetworkControl;

/**
 * {@code adopt} or {@code release} in a process of its own, with one fault on its way to libvirt. Arguments: the fault, the number of
 * the call that it strikes, from 1, and the command line. Of the calls only those count that change something, and the look at ports.
 */
public final class FaultyReshaping {

    private enum Fault {
        /** The call fails, and does nothing. */
        BEFORE,
        /** It does its work, and fails. */
        AFTER,
        /** The process dies before it. */
        KILL
    }

    private FaultyReshaping() {}

    public static void main(String[] arguments) {
        Fault fault = Fault.valueOf(arguments[0]);
        int number = Integer.parseInt(arguments[1]);
        AtomicInteger calls = new AtomicInteger();
        UnaryOperator<NetworkControl> around = real -> new Faulty(real, fault, number, calls);
        Surroundings surroundings = Surroundings.ofThisHost(Begun.unwatched(), Progress.unwatched());
        ReshapingCommand command = arguments[2].equals("adopt")
                ? new AdoptCommand(surroundings, around)
                : new ReleaseCommand(surroundings, around);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int status = Main.run(command, surroundings, out, err, Arrays.copyOfRange(arguments, 3, arguments.length));
        out.println("calls: " + calls.get());
        System.exit(status);
    }

    private record Faulty(NetworkControl real, Fault fault, int number, AtomicInteger calls) implements NetworkControl {

        private interface Call<T> {
            T make() throws LibvirtException;
        }

        private <T> T counted(Call<T> call) throws LibvirtException {
            boolean now = calls.incrementAndGet() == number;
            if (now && fault == Fault.KILL) {
                kill();
            }
            if (now && fault == Fault.BEFORE) {
                throw new LibvirtException("told to fail");
            }
            T result = call.make();
            if (now && fault == Fault.AFTER) {
                throw new LibvirtException("told to fail");
            }
            return result;
        }

        private static void kill() {
            try {
                new ProcessBuilder("kill", "-KILL", "" + ProcessHandle.current().pid())
                        .start()
                        .waitFor();
                TimeUnit.SECONDS.sleep(30);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
            throw new AssertionError("alive after SIGKILL");
        }

        private void changed(Call<Integer> call) throws LibvirtException {
            counted(call);
        }

        @Override
        public Optional<LibvirtNetwork> named(String name) throws LibvirtException {
            return real.named(name);
        }

        @Override
        public void define(String xml) throws LibvirtException {
            changed(() -> {
                real.define(xml);
                return 0;
            });
        }

        @Override
        public void stop(String name) throws LibvirtException {
            changed(() -> {
                real.stop(name);
                return 0;
            });
        }

        @Override
        public void start(String name) throws LibvirtException {
            changed(() -> {
                real.start(name);
                return 0;
            });
        }

        @Override
        public List<String> ports(String name) throws LibvirtException {
            return counted(() -> real.ports(name));
        }

        @Override
        public void createPort(String name, String xml) throws LibvirtException {
            changed(() -> {
                real.createPort(name, xml);
                return 0;
            });
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
