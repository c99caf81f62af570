package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/**
 * A running network's definition is edited, updated, applied by name and with all others, in every order: the bridge and addresses in
 * the kernel are always those of the start, the policy is the one that was defined when somebody last applied.
 *
 * <p>One network for each order, all in one lab; {@code apply --all} comes once, in the middle of them all.
 */
class EditsIT {

    private static final int FIRST = 20;

    private enum Operation {
        /** {@code net-edit}: another policy, and other addresses for the next start. */
        EDIT,
        /**
         * {@code net-update}, live and persistent, which calls the hook with the policy of the start: of something that is none of ours,
         * or of every third network's DHCP, whose first host has libvirt start dnsmasq.
         */
        UPDATE,
        APPLY,
        APPLY_ALL
    }

    /** A network, the order for it, and what is to be seen of it. */
    private static final class Subject {
        private final LabNetwork started;
        private final LabNetwork edited;
        private final List<Operation> order;
        private final boolean companion;
        private boolean definedAnew;
        private boolean anewInForce;

        Subject(int number, List<Operation> order, boolean companion) {
            this.order = order;
            this.companion = companion;
            String name = "net" + number;
            if (companion) {
                started = LabNetwork.companion(name, number, "<forward mode='nat'/>");
                edited = LabNetwork.of(name, number, "", "<forward mode='route'/>", LabNetwork.ip(number + 100));
            } else {
                started = LabNetwork.owner(name, number, "<nft:forward mode='nat'/>");
                edited = LabNetwork.of(
                        name,
                        number,
                        LabNetwork.metadata("<nft:forward mode='route'/>"),
                        "<forward mode='open'/>",
                        LabNetwork.ip(number + 100));
            }
        }

        List<Operation> beforeAll() {
            return order.subList(0, order.indexOf(Operation.APPLY_ALL));
        }

        List<Operation> afterAll() {
            return order.subList(order.indexOf(Operation.APPLY_ALL) + 1, order.size());
        }

        boolean hasDhcp() {
            return started.number() % 3 == 0;
        }

        void applied() {
            // a mode that libvirt itself knows comes into force with the network's next start alone
            anewInForce = definedAnew && !companion;
        }

        boolean isDefinedAndNotApplied() {
            return definedAnew && !companion && !anewInForce;
        }

        @Override
        public String toString() {
            return (companion ? "companion, " : "owner, ") + order;
        }
    }

    private static List<List<Operation>> orders() {
        List<List<Operation>> orders = List.of(List.of());
        for (Operation operation : Operation.values()) {
            List<List<Operation>> longer = new ArrayList<>();
            for (List<Operation> order : orders) {
                for (int i = 0; i <= order.size(); i++) {
                    List<Operation> with = new ArrayList<>(order);
                    with.add(i, operation);
                    longer.add(with);
                }
            }
            orders = longer;
        }
        return orders;
    }

    private static List<Subject> subjects() {
        List<Subject> subjects = new ArrayList<>();
        for (List<Operation> order : orders()) {
            subjects.add(new Subject(FIRST + subjects.size(), order, false));
        }
        for (List<Operation> order : List.of(
                List.of(Operation.EDIT, Operation.UPDATE, Operation.APPLY_ALL, Operation.APPLY),
                List.of(Operation.APPLY_ALL, Operation.EDIT, Operation.APPLY, Operation.UPDATE))) {
            subjects.add(new Subject(FIRST + subjects.size(), order, true));
        }
        return subjects;
    }

    @Test
    void inEveryOrder() {
        List<Subject> subjects = subjects();
        assertEquals(24 + 2, subjects.size());
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            subjects.forEach(each -> lab.defineAndStart(each.started));
            assertIsSeen(lab, subjects);

            for (Subject each : subjects) {
                each.beforeAll().forEach(operation -> perform(lab, each, operation));
            }
            assertDiffers(lab, subjects);
            lab.virtNft("apply", "--all").ok();
            subjects.forEach(Subject::applied);
            assertIsSeen(lab, subjects);
            assertDiffers(lab, subjects);
            for (Subject each : subjects) {
                each.afterAll().forEach(operation -> perform(lab, each, operation));
            }
            assertIsSeen(lab, subjects);
            assertDiffers(lab, subjects);

            // by the daemon's files, and when all is applied
            lab.stopDaemon();
            assertDiffers(lab, subjects);
            lab.startDaemon();
            lab.virtNft("apply", "--all").ok();
            assertSaysNothingButOfNextStarts(lab.virtNft("diff"));

            // the next start begins with what is defined, addresses too
            Subject first = subjects.get(0);
            lab.virsh("net-destroy", first.started.name()).ok();
            lab.virsh("net-start", first.started.name()).ok();
            String subnet = "\"" + first.started.bridge() + "\" . 192.168." + (FIRST + 100) + ".0/24";
            assertTrue(lab.table().contains(subnet), lab::table);
            assertSaysNothingButOfNextStarts(lab.virtNft("diff"));
            // a kernel without act_csum is told of, for each network that serves DHCP
            assertEquals(
                    List.of(),
                    lab.syslog().stream()
                            .filter(line -> !line.contains("the checksums of DHCP answers cannot be completed"))
                            .toList());
        }
    }

    private static void perform(LibvirtLab lab, Subject subject, Operation operation) {
        String name = subject.started.name();
        switch (operation) {
            case EDIT -> {
                lab.define(subject.edited.xml());
                subject.definedAnew = true;
            }
            case UPDATE -> {
                boolean dhcp = subject.hasDhcp();
                lab.write(
                        "/run/lab/update.xml",
                        dhcp
                                ? "<host mac='52:54:00:00:00:01' ip='" + subject.started.address(10) + "'/>"
                                : "<portgroup name='group'/>");
                lab.virsh(
                                "net-update",
                                name,
                                "add-last",
                                dhcp ? "ip-dhcp-host" : "portgroup",
                                "/run/lab/update.xml",
                                "--live",
                                "--config")
                        .ok();
                if (dhcp) {
                    String live = lab.virsh("net-dumpxml", name).ok();
                    assertTrue(live.contains("<host mac='52:54:00:00:00:01' ip='"), live);
                }
            }
            case APPLY -> {
                lab.virtNft("apply", name).ok();
                subject.applied();
            }
            case APPLY_ALL -> throw new AssertionError("for all at once");
        }
        assertIsSeen(lab, List.of(subject));
    }

    private static void assertIsSeen(LibvirtLab lab, List<Subject> subjects) {
        String table = lab.table();
        for (Subject each : subjects) {
            String bridge = "\"" + each.started.bridge() + "\"";
            String subnet = bridge + " . 192.168." + each.started.number() + ".0/24";
            String to = bridge + " : jump to_" + (each.anewInForce ? "any" : "none");
            String translation = subnet + " : goto masq";
            assertTrue(table.contains(subnet), () -> each + ": " + subnet + " is not in " + table);
            assertTrue(table.contains(to), () -> each + ": " + to + " is not in " + table);
            assertEquals(!each.anewInForce, table.contains(translation), () -> each + ": " + translation);
        }
    }

    /** That {@code diff} names those networks, and no others, whose definition waits to be applied. */
    private static void assertDiffers(LibvirtLab lab, List<Subject> subjects) {
        List<String> waiting = subjects.stream()
                .filter(Subject::isDefinedAndNotApplied)
                .map(each -> each.started.name())
                .toList();
        Result diff = lab.virtNft("diff");
        assertEquals(waiting.isEmpty() ? 0 : 1, diff.status(), diff::toString);
        assertEquals(
                waiting.stream()
                        .flatMap(name -> Stream.of(
                                "--- network '" + name + "', as applied", "+++ network '" + name + "', as defined"))
                        .toList(),
                diff.out()
                        .lines()
                        .filter(line -> line.startsWith("---") || line.startsWith("+++"))
                        .toList());
        assertEquals(
                waiting.stream()
                        .map(name -> "# defined, not applied: 'virt-nft apply " + name + "' does it")
                        .toList(),
                diff.out()
                        .lines()
                        .filter(line -> line.startsWith("#") && !isOfANextStart(line))
                        .toList());
        assertEquals(
                subjects.stream()
                        .filter(each -> each.definedAnew)
                        .map(each ->
                                "# " + each.started.name() + ": at its next start it becomes what is defined now: ")
                        .toList(),
                diff.out()
                        .lines()
                        .filter(EditsIT::isOfANextStart)
                        .map(line -> line.replaceFirst("(defined now: ).*", "$1"))
                        .toList());
    }

    private static boolean isOfANextStart(String line) {
        return line.startsWith("# ") && line.contains(": at its next start ");
    }

    private static void assertSaysNothingButOfNextStarts(Result diff) {
        assertEquals(0, diff.status(), diff::toString);
        assertEquals("", diff.err());
        assertTrue(diff.out().lines().allMatch(EditsIT::isOfANextStart), diff::out);
    }
}
