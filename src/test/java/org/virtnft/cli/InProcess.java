package org.virtnft.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Run;

/** The command without a process of its own: what it says and its exit status. */
final class InProcess {

    /** No libvirt is asked, whatever runs on this host. */
    static final String NO_LIBVIRT = "--connect=nowhere:///";

    /** Of commands that ask one. */
    static String[] noLibvirt(String command) {
        return command.equals("remove") || command.equals("metrics") ? new String[0] : new String[] {NO_LIBVIRT};
    }

    private InProcess() {}

    static Run virtNft(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out), new PrintWriter(err), words);
        return new Run(status, out.toString(), err.toString());
    }

    static Run virtNftWithInput(String input, String... words) {
        InputStream own = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return virtNft(words);
        } finally {
            System.setIn(own);
        }
    }

    static Run virtNft(TestNamespace namespace, String... words) {
        return namespace.inside(() -> virtNft(words));
    }
}
