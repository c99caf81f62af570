package org.virtnft.kernel;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.ruleset.Template;

/** libnftables does what we think it does: our constants and types have no header to be checked against, only behaviour. */
class LibNftablesIT {

    private static final String TABLE = """
            table inet virt_nft {
            	set from {
            		type ifname
            		elements = { "a1" }
            	}
            	chain x {
            		iifname @from accept
            		oifname { "b1", "b2" } drop
            	}
            }
            """;

    @TempDir
    Path folder;

    private TestNamespace namespace;

    @BeforeEach
    void open() {
        namespace = TestNamespace.create();
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private Nft.Answer run(String script) {
        Path file = file(script);
        return namespace.inside(() -> new LibNftables().run(file));
    }

    private Path file(String script) {
        try {
            return Files.writeString(folder.resolve("a script: 1.nft"), script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aScriptIsRunAndAsked() {
        assertEquals(new Nft.Answer(true, "", ""), run(TABLE));
        String listing = namespace
                .inside(() -> new LibNftables().ask("list table inet virt_nft"))
                .output();
        assertEquals(namespace.nft("list", "table", "inet", "virt_nft"), listing, "as the program nft says it");
        assertEquals(namespace.nft("list", "ruleset"), namespace.ruleset());
    }

    @Test
    void theTableIsListedWithHandlesAndElements() {
        run(TABLE);
        Nft.Answer answer =
                namespace.inside(() -> new LibNftables().list(Template.load().table()));
        assertAll(
                () -> assertTrue(answer.ok()),
                () -> assertTrue(
                        answer.output().matches("(?s)table inet virt_nft \\{ # handle \\d+\\n.*"), answer::output),
                () -> assertTrue(answer.output().contains("set from { # handle "), answer::output),
                () -> assertTrue(answer.output().contains("accept # handle "), answer::output),
                () -> assertTrue(answer.output().contains("elements = { \"a1\" }"), answer::output));
        // only then
        assertFalse(namespace
                .inside(() -> new LibNftables().ask("list table inet virt_nft"))
                .output()
                .contains("# handle"));
    }

    @Test
    void whereThereIsNoTableThatIsSaid() {
        Nft.Answer answer =
                namespace.inside(() -> new LibNftables().list(Template.load().table()));
        assertFalse(answer.ok());
        assertTrue(answer.errors().contains("No such file or directory"), answer.errors());
    }

    @Test
    void tryingOutChangesNothingAndIsJudgedByTheKernel() {
        Path good = file(TABLE);
        assertEquals(new Nft.Answer(true, "", ""), namespace.inside(() -> new LibNftables().tryOut(good)));
        assertEquals("", namespace.ruleset());

        run(TABLE);
        Path bad = file("create element inet virt_nft from { \"a1\" }\n");
        Nft.Answer answer = namespace.inside(() -> new LibNftables().tryOut(bad));
        assertFalse(answer.ok());
        assertTrue(answer.errors().contains("File exists"), answer.errors());
    }

    @Test
    void allOfAScriptOrNothing() {
        Nft.Answer answer = run(TABLE + "add table inet other\ndelete table inet not_there\n");
        assertFalse(answer.ok());
        assertEquals("", namespace.ruleset());
    }

    @Test
    void errorsNameTheLineOfTheScript() {
        run(TABLE);
        Nft.Answer answer = run("""
                # a comment
                create element inet virt_nft from {
                	"a2",
                	"a1",
                	"a3"
                }
                """);
        assertFalse(answer.ok());
        assertEquals(
                List.of(new NftMessage(4, "Could not process rule: File exists")), NftMessage.parse(answer.errors()));
    }

    @Test
    void everyCallStartsAnew() {
        // an error, an output and an option of one call are no part of the next
        assertFalse(run("nonsense").ok());
        run(TABLE);
        namespace.inside(() -> new LibNftables().list(Template.load().table()));
        Nft.Answer answer = namespace.inside(() -> new LibNftables().ask("list tables"));
        assertEquals(new Nft.Answer(true, "table inet virt_nft\n", ""), answer);
        namespace.inside(() -> new LibNftables().tryOut(file("delete table inet virt_nft\n")));
        assertTrue(run("delete table inet virt_nft\n").ok());
        assertEquals("", namespace.ruleset());
    }

    @Test
    void textOutsideAsciiSurvives() {
        assertTrue(run("table inet virt_nft {\n\tset s { type ifname; comment \"é \u6f22\"; }\n}\n")
                .ok());
        assertTrue(namespace.ruleset().contains("comment \"é \u6f22\""), namespace.ruleset());
    }

    @Test
    void aScriptThatIsNotThere() {
        Nft.Answer answer = namespace.inside(() -> new LibNftables().run(folder.resolve("none.nft")));
        assertFalse(answer.ok());
        assertFalse(answer.errors().isBlank());
    }

    /** select(2) would write beyond its set, and glibc would abort the process. */
    @Test
    void moreOpenFilesThanSelectCanWatch() throws Exception {
        List<InputStream> open = new ArrayList<>();
        try {
            for (int i = 0; i < 1100; i++) {
                open.add(new FileInputStream("/dev/null"));
            }
            KernelException refusal = assertThrows(
                    KernelException.class, () -> namespace.inside(() -> new LibNftables().ask("list tables")));
            assertEquals("this process has too many open files for libnftables", refusal.getMessage());
        } finally {
            for (InputStream each : open) {
                each.close();
            }
        }
        assertTrue(namespace.inside(() -> new LibNftables().ask("list tables")).ok());
    }

    @Test
    void aLibraryThatIsNotInstalledIsNamedWithItsPackage() {
        KernelException missing =
                assertThrows(KernelException.class, () -> Libraries.load("libnftables.so.99", NftLibrary.class));
        assertEquals(
                "libnftables.so.99 cannot be loaded: install libnftables (Debian: libnftables1, Fedora: nftables)",
                missing.getMessage());
    }

    // ---- the namespace of the calling thread ------------------------------------------------------------------------

    @Test
    void aThreadEntersANamespaceAndNoOtherThreadDoes() {
        String own = NetworkNamespace.current();
        assertEquals(namespace.name(), namespace.inside(NetworkNamespace::current));
        assertEquals(own, NetworkNamespace.current());
        assertNotEquals(own, namespace.name());

        run(TABLE);
        try (TestNamespace other = TestNamespace.create()) {
            assertEquals("", other.ruleset());
        }
    }

    @Test
    void aNamespaceThatIsNone() {
        for (String file : List.of("/proc/self/ns/net/none", "/etc/passwd", folder.toString())) {
            KernelException refusal = assertThrows(KernelException.class, () -> NetworkNamespace.enter(Path.of(file)));
            assertTrue(
                    refusal.getMessage().startsWith("network namespace " + file + " cannot be entered: "),
                    refusal.getMessage());
        }
    }
}
