package org.virtnft.adoption;

import java.util.ArrayList;
import java.util.List;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.libvirt.DefinitionStore;
import org.virtnft.network.Printable;
import org.virtnft.report.LineDiff;
import org.virtnft.xml.CanonicalDefinition;

/** Gives networks other definitions, all of them or none: libvirt knows no transaction, so what was done is undone. */
final class Redefinition {

    /** The way to libvirt; a connection may be lost with whatever failed. */
    interface Opener {
        DefinitionStore open() throws LibvirtException;
    }

    /**
     * One network's.
     *
     * @param former as libvirt has it
     * @param wayOut what helps where the former definition cannot be given back
     */
    record Change(String name, String former, String next, String wayOut) {
        String shown() {
            return Printable.network(name);
        }
    }

    private final Opener libvirt;

    Redefinition(Opener libvirt) {
        this.libvirt = libvirt;
    }

    /**
     * Does it.
     *
     * @throws AdoptionException when it fails; every definition is then what it was, or the exception says which is not
     */
    void perform(List<Change> changes) {
        List<Change> begun = new ArrayList<>();
        try (DefinitionStore store = libvirt.open()) {
            for (Change change : changes) {
                if (!CanonicalDefinition.of(defined(store, change))
                        .saysTheSame(CanonicalDefinition.of(change.former()))) {
                    throw new LibvirtException(
                            change.shown() + " was defined anew by somebody at this moment: try again");
                }
                begun.add(change); // a call that fails may have done its work
                define(store, change, change.next());
            }
        } catch (LibvirtException | RuntimeException e) {
            undo(begun, "" + e.getMessage());
        }
    }

    private void undo(List<Change> begun, String why) {
        List<String> lost = new ArrayList<>();
        for (int i = begun.size() - 1; i >= 0; i--) {
            Change change = begun.get(i);
            try (DefinitionStore store = libvirt.open()) {
                define(store, change, change.former());
            } catch (LibvirtException | RuntimeException e) {
                lost.add(change.shown() + ", its former definition could not be given back: " + e.getMessage() + "; "
                        + change.wayOut());
            }
        }
        if (lost.isEmpty()) {
            throw AdoptionException.unchanged("nothing was changed: " + why);
        }
        lost.add(0, why);
        throw AdoptionException.uncertain(lost);
    }

    /** Defines, and looks what libvirt made of it: an older one leaves out what it does not know. */
    static void define(DefinitionStore store, Change change, String xml) throws LibvirtException {
        try {
            store.define(xml);
        } catch (LibvirtException e) {
            throw new LibvirtException(change.shown() + ": " + e.getMessage());
        }
        List<String> taken = CanonicalDefinition.of(defined(store, change)).lines();
        List<String> given = CanonicalDefinition.of(xml).lines();
        if (!taken.equals(given)) {
            List<String> difference = LineDiff.of(given, taken).stream()
                    .filter(line -> line.sign() != ' ')
                    .map(line -> Printable.printable(line.sign() + line.text().strip(), 256))
                    .limit(4)
                    .toList();
            throw new LibvirtException(
                    change.shown() + ": libvirt did not take the definition as it was given: " + difference);
        }
    }

    private static String defined(DefinitionStore store, Change change) throws LibvirtException {
        return store.named(change.name())
                .flatMap(network -> network.persistentXml())
                .orElseThrow(() -> new LibvirtException(change.shown() + " is not defined any more"));
    }
}
