package org.virtnft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.virtnft.kernel.Interfaces.Condition;
import org.virtnft.kernel.Interfaces.Link;
import org.virtnft.kernel.Interfaces.Traffic;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;

/** The interfaces of a namespace, as the kernel tells of them. */
class InterfacesIT {

    private final TestNamespace namespace = TestNamespace.create();

    @AfterEach
    void close() {
        namespace.close();
    }

    private void ip(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        namespace.program(command).run().ok();
    }

    private Map<String, Link> links() {
        return namespace.inside(Interfaces::links);
    }

    @Test
    void thoseOfTheNamespaceExist() {
        ip("link", "add", "br0", "type", "bridge");
        assertTrue(namespace.inside(() -> new Interfaces().exists(new InterfaceName("br0"))));
        assertTrue(namespace.inside(() -> new Interfaces().exists(new InterfaceName("lo"))));
        assertFalse(namespace.inside(() -> new Interfaces().exists(new InterfaceName("br1"))));
        assertFalse(new Interfaces().exists(new InterfaceName("br0-elsewhere")));
        assertEquals(Set.of("lo", "br0"), links().keySet());
    }

    @Test
    void aBridgeIsDownThenIdleThenUp() {
        ip("link", "add", "a.b-c_d12345678", "type", "bridge");
        assertEquals(Condition.DOWN, links().get("a.b-c_d12345678").condition());
        ip("link", "add", "port", "type", "veth", "peer", "name", "guest");
        ip("link", "set", "port", "master", "a.b-c_d12345678");
        ip("link", "set", "guest", "up");
        ip("link", "set", "a.b-c_d12345678", "up");
        assertEquals(Condition.IDLE, links().get("a.b-c_d12345678").condition());
        ip("link", "set", "port", "up");
        assertEquals(Condition.UP, links().get("a.b-c_d12345678").condition());
    }

    @Test
    void itsTrafficIsThatOfTheKernelsTable() throws Exception {
        ip("link", "set", "lo", "up");
        namespace
                .program("bash", "-c", "for i in 1 2 3; do echo $i >/dev/udp/127.0.0.1/9; done")
                .run()
                .ok();
        String line = namespace
                .inside(() -> Files.readString(Path.of("/proc/thread-self/net/dev")))
                .lines()
                .filter(each -> each.strip().startsWith("lo:"))
                .findFirst()
                .orElseThrow();
        // bytes and packets, eight columns for each direction
        String[] numbers = line.substring(line.indexOf(':') + 1).strip().split(" +");
        Traffic expected = new Traffic(Count.parse(numbers[1], numbers[0]), Count.parse(numbers[9], numbers[8]));
        assertNotEquals(new Traffic(new Count(0, 0), new Count(0, 0)), expected);
        assertEquals(expected, links().get("lo").traffic());
    }

    @Test
    void asManyAsNoOneAnswerHolds() {
        Set<String> names = new TreeSet<>(Set.of("lo"));
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            names.add("br" + i);
            batch.append("link add br").append(i).append(" type bridge\n");
        }
        namespace.program("ip", "-batch", "-").input(batch.toString()).run().ok();
        assertEquals(names, new TreeSet<>(links().keySet()));
    }
}
