package org.virtnft.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.libvirt.DefinitionStore;

/** Several networks get other definitions: all or none, whatever call of libvirt's fails. */
class RedefinitionTest {

    private static final String MARK = "<mtu size='9000'/>";

    /** A libvirt that fails at one of its calls, before it does anything, after it has, or by doing something else. */
    private static final class Fake implements Redefinition.Opener, DefinitionStore {

        private enum Fault {
            NONE,
            BEFORE,
            AFTER,
            CRASH,
            OTHERWISE
        }

        private final Map<String, String> defined = new LinkedHashMap<>();
        private Fault fault = Fault.NONE;
        private int failsAt = -1;
        private int failsFor = 1;
        private int calls;
        private int open;

        Fake() {
            for (String name : List.of("a", "b", "c")) {
                defined.put(name, xml(name, ""));
            }
        }

        private Fault call() throws LibvirtException {
            calls++;
            boolean now = calls >= failsAt && calls < failsAt + failsFor;
            if (now && fault == Fault.BEFORE) {
                throw new LibvirtException("told to fail");
            }
            if (now && fault == Fault.CRASH) {
                throw new IllegalStateException("told to crash");
            }
            return now ? fault : Fault.NONE;
        }

        @Override
        public DefinitionStore open() throws LibvirtException {
            call();
            open++;
            return this;
        }

        @Override
        public Optional<LibvirtNetwork> named(String name) throws LibvirtException {
            Fault own = call();
            if (own == Fault.AFTER) {
                throw new LibvirtException("told to fail");
            }
            Optional<String> xml = own == Fault.OTHERWISE ? Optional.empty() : Optional.ofNullable(defined.get(name));
            return Optional.of(new LibvirtNetwork(name, Optional.empty(), xml));
        }

        @Override
        public void define(String xml) throws LibvirtException {
            Fault own = call();
            String name = xml.replaceAll("(?s).*<name>(.*)</name>.*", "$1");
            defined.put(name, own == Fault.OTHERWISE ? xml.replace(MARK, "") + "<!-- -->" : xml);
            if (own == Fault.AFTER) {
                throw new LibvirtException("told to fail");
            }
        }

        @Override
        public void close() {
            open--;
        }
    }

    private static String xml(String name, String more) {
        return "<network><name>" + name + "</name><bridge name='br" + name + "'/>" + more + "</network>";
    }

    private static final List<Redefinition.Change> CHANGES = List.of(
            new Redefinition.Change("a", xml("a", ""), xml("a", MARK), "way out of a"),
            new Redefinition.Change("b", xml("b", ""), xml("b", MARK), "way out of b"),
            new Redefinition.Change("c", xml("c", ""), xml("c", MARK), "way out of c"));

    private static int callsOfSuccess() {
        Fake libvirt = new Fake();
        new Redefinition(libvirt).perform(CHANGES);
        assertEquals(xml("c", MARK), libvirt.defined.get("c"));
        return libvirt.calls;
    }

    @Test
    void aFaultAtAnyCallLeavesEveryDefinitionAsItWas() {
        int calls = callsOfSuccess();
        assertEquals(10, calls);
        for (Fake.Fault fault : List.of(Fake.Fault.BEFORE, Fake.Fault.AFTER, Fake.Fault.CRASH, Fake.Fault.OTHERWISE)) {
            for (int call = 1; call <= calls; call++) {
                if (call == 1 && (fault == Fake.Fault.AFTER || fault == Fake.Fault.OTHERWISE)) {
                    continue; // a connection is there or not
                }
                String what = fault + " at call " + call;
                Fake libvirt = new Fake();
                Map<String, String> before = Map.copyOf(libvirt.defined);
                libvirt.fault = fault;
                libvirt.failsAt = call;
                AdoptionException e =
                        assertThrows(AdoptionException.class, () -> new Redefinition(libvirt).perform(CHANGES), what);
                assertEquals(AdoptionException.Outcome.UNCHANGED, e.outcome(), what);
                assertTrue(e.messages().get(0).startsWith("nothing was changed: "), e::toString);
                assertEquals(before, libvirt.defined, what);
                assertEquals(0, libvirt.open, what);
            }
        }
    }

    @Test
    void whatCannotBeUndoneIsNamedWithTheWayOut() {
        Fake libvirt = new Fake();
        libvirt.fault = Fake.Fault.BEFORE;
        libvirt.failsAt = 6; // the definition of b, and everything after it
        libvirt.failsFor = 100;
        AdoptionException e = assertThrows(AdoptionException.class, () -> new Redefinition(libvirt).perform(CHANGES));
        assertEquals(AdoptionException.Outcome.UNCERTAIN, e.outcome());
        assertEquals("network 'b': told to fail", e.messages().get(0));
        assertTrue(e.messages().get(1).contains("network 'b'"), e::toString);
        assertTrue(e.messages().get(1).endsWith("way out of b"), e::toString);
        assertTrue(e.messages().get(2).endsWith("way out of a"), e::toString);
        assertEquals(3, e.messages().size());
    }

    @Test
    void whatSomebodyElseDefinedMeanwhileIsKept() {
        Fake libvirt = new Fake();
        libvirt.defined.put("b", xml("b", "<domain name='theirs'/>"));
        AdoptionException e = assertThrows(AdoptionException.class, () -> new Redefinition(libvirt).perform(CHANGES));
        assertTrue(e.messages().get(0).contains("network 'b' was defined anew by somebody"), e::toString);
        assertEquals(xml("a", ""), libvirt.defined.get("a"));
        assertEquals(xml("b", "<domain name='theirs'/>"), libvirt.defined.get("b"));
    }

    @Test
    void whatLibvirtLeavesOutIsTold() {
        Fake libvirt = new Fake();
        libvirt.fault = Fake.Fault.OTHERWISE;
        libvirt.failsAt = 3;
        AdoptionException e = assertThrows(AdoptionException.class, () -> new Redefinition(libvirt).perform(CHANGES));
        assertTrue(
                e.messages()
                        .get(0)
                        .contains("libvirt did not take the definition as it was given: [-mtu size=\"9000\"]"),
                e::toString);
    }
}
