package org.virtnft.adoption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.virtnft.adoption.Unfinished.Entry;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.host.HostFiles;
import org.virtnft.host.ProgramException;
import org.virtnft.kernel.KernelException;
import org.virtnft.libvirt.NetworkControl;
import org.virtnft.network.Printable;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.LeftNetworks.Left;
import org.virtnft.state.Source;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.BridgeHolders;
import org.virtnft.transaction.BridgeHolders.Claimant;
import org.virtnft.transaction.Change;
import org.virtnft.transaction.ChangeException;
import org.virtnft.xml.CanonicalDefinition;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Reading;

/**
 * Gives networks the other shape: their definitions and, where that was asked for, what runs. All of them or none, whatever fails; and
 * what a process did not live to end, the next one takes back.
 */
public final class Reshaping {

    /** The way to libvirt; a connection may be lost with whatever failed. */
    public interface Opener {
        NetworkControl open() throws LibvirtException;
    }

    private final Opener libvirt;
    private final BridgePorts bridges;
    private final FormerDefinitions former;
    private final Unfinished unfinished;
    private final StateDirectory state;
    private final Applier applier;

    public Reshaping(Opener libvirt, HostFiles files, StateDirectory state, Applier applier) {
        this.libvirt = libvirt;
        this.bridges = new BridgePorts(files);
        this.former = new FormerDefinitions(files);
        this.unfinished = new Unfinished(files.unfinishedReshaping());
        this.state = state;
        this.applier = applier;
    }

    // ---- There ----

    /**
     * Does it.
     *
     * @param now whether those that run are restarted too
     * @param left why a released network is left to libvirt's rules, by its UUID
     * @param progress told which network is restarted, of how many
     * @return for how long the packets of each restarted network's guests were stopped
     * @throws AdoptionException when it failed; all is what it was, or the exception says what is not
     */
    public Map<String, Duration> perform(
            List<Reshaped> all, boolean now, Map<String, String> left, Consumer<String> progress) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Reshaped each : all) {
            entries.add(new Entry(each.network().name(), each.former(), each.next(), Optional.empty()));
        }
        unfinished.write(entries);
        // before its first start as a companion; as long as it is an owner, a mark says nothing
        entries.stream().filter(Reshaping::releases).forEach(entry -> mark(entry, left));
        redefine(entries);
        Map<String, Duration> paused = new LinkedHashMap<>();
        try {
            for (int i = 0; i < all.size(); i++) {
                if (now && all.get(i).network().isActive()) {
                    progress.accept("restarts network " + (i + 1) + " of " + all.size());
                    paused.put(
                            entries.get(i).name(),
                            restart(entries, i, all.get(i).after()));
                }
            }
        } catch (LibvirtException
                | IOException
                | ProgramException
                | ChangeException
                | StateException
                | KernelException
                | AdoptionException e) {
            String why = "" + e.getMessage();
            List<String> lost = goBackAfter(why);
            if (lost.isEmpty()) {
                throw AdoptionException.unchanged("nothing was changed: " + why);
            }
            lost.add(0, why);
            throw AdoptionException.uncertain(lost);
        }
        end(entries, false);
        return paused;
    }

    private List<String> goBackAfter(String why) {
        try {
            return goBack();
        } catch (IOException | StateException e) {
            throw notTakenBack(why, e);
        }
    }

    private static AdoptionException notTakenBack(String why, Exception e) {
        return AdoptionException.uncertain(
                List.of(why, "and what was begun could not be taken back: " + e + "; run 'virt-nft apply --all'"));
    }

    private static boolean isOpen(Entry entry, String definition) {
        return read(entry.name(), definition).mode().equals("open");
    }

    /** Not where it only gets our element back. */
    private static boolean adopts(Entry entry) {
        return isOpen(entry, entry.next()) && !isOpen(entry, entry.former());
    }

    private static boolean releases(Entry entry) {
        return !isOpen(entry, entry.next());
    }

    private void mark(Entry entry, Map<String, String> left) {
        Optional.ofNullable(left.get(uuid(entry)))
                .ifPresentOrElse(
                        why -> state.left().mark(new Left(uuid(entry), entry.name(), why)),
                        () -> state.left().drop(uuid(entry)));
    }

    private static String uuid(Entry entry) {
        return Reshaped.uuidOf(entry.former());
    }

    /** Of networks that are no owners now, no former definition is kept: those not adopted after all, or those released. */
    private void end(List<Entry> entries, boolean undone) throws IOException {
        for (Entry entry : entries) {
            if (undone ? adopts(entry) : releases(entry)) {
                former.forget(uuid(entry));
            }
            if (undone ? releases(entry) : adopts(entry)) {
                state.left().drop(uuid(entry));
            }
        }
        unfinished.end();
    }

    /** It undoes what it did by itself. */
    private void redefine(List<Entry> entries) throws IOException {
        try {
            for (Entry entry : entries) {
                if (adopts(entry)) {
                    former.keep(uuid(entry), entry.former());
                }
            }
            new Redefinition(libvirt::open)
                    .perform(entries.stream().map(Reshaping::change).toList());
        } catch (AdoptionException e) {
            if (e.outcome() != AdoptionException.Outcome.UNCERTAIN) {
                endAfter("" + e.getMessage(), entries);
            }
            throw e;
        } catch (IOException e) {
            endAfter("" + e, entries);
            throw e;
        }
    }

    private void endAfter(String why, List<Entry> entries) {
        try {
            end(entries, true);
        } catch (IOException e) {
            throw notTakenBack(why, e);
        }
    }

    private static Redefinition.Change change(Entry entry) {
        return new Redefinition.Change(
                entry.name(), entry.former(), entry.next(), "'virt-nft apply --all' does it, once that is mended");
    }

    private Duration restart(List<Entry> entries, int index, Reading after) throws LibvirtException, IOException {
        String name = entries.get(index).name();
        try (NetworkControl control = libvirt.open()) {
            String bridge = after.bridge().orElseThrow().value();
            Guests guests = Guests.of(name, bridge, control, bridges);
            entries.set(index, entries.get(index).restarting(guests));
            unfinished.write(entries);
            apply(name, after);
            Duration paused = new Restart(control, bridges, state).perform(guests);
            verify(name);
            return paused;
        }
    }

    /** Puts the network's elements there before it is stopped: then there is nothing to wait for when it starts. */
    private void apply(String name, Reading reading) {
        if (!(reading.network().orElse(null) instanceof VirtualNetwork network)) {
            throw AdoptionException.unchanged(shown(name) + " cannot be applied as it is defined");
        }
        DefinedNetwork named = DefinedNetwork.of(name, Source.LIBVIRT, reading);
        applier.apply(with(named.applied(network, Instant.now())));
    }

    /** By what libvirt really started: somebody may have edited the definition at the last moment, or flushed the ruleset. */
    private void verify(String name) throws LibvirtException {
        DefinedNetwork running = running(name);
        if (!(running.reading().network().orElse(null) instanceof VirtualNetwork network)) {
            throw AdoptionException.unchanged(shown(name) + " was started as something that has no rules");
        }
        applier.apply(running.isLeft(state.left()) ? without(name) : with(running.applied(network, Instant.now())));
        state.failedStarts().clear(List.of(name));
    }

    private DefinedNetwork running(String name) throws LibvirtException {
        try (NetworkControl control = libvirt.open()) {
            return control.named(name)
                    .filter(LibvirtNetwork::isActive)
                    .map(DefinedNetwork::of)
                    .orElseThrow(() -> new LibvirtException(shown(name) + " does not run after its restart"));
        }
    }

    private static Change with(AppliedNetwork network) {
        return before -> {
            BridgeHolders holders = BridgeHolders.of(before);
            holders.take(network, Claimant.RUNNING);
            return holders.after();
        };
    }

    private static Change without(String name) {
        return before -> {
            BridgeHolders holders = BridgeHolders.of(before);
            holders.leave(name);
            return holders.after();
        };
    }

    // ---- And back ----

    /** Whether a command died on its way. Only for whoever is alone. */
    public boolean isUnfinished() {
        return unfinished.isPending();
    }

    /**
     * Takes back what was begun, as far as that can be done; what somebody else changed meanwhile is left alone.
     *
     * @return what could not be taken back; empty when all is what it was
     */
    public List<String> goBack() throws IOException {
        List<Entry> entries = unfinished.read();
        List<String> lost = new ArrayList<>();
        // in the other order: the last one may have failed because of an earlier one
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            try (NetworkControl control = libvirt.open()) {
                goBack(entry, control);
            } catch (LibvirtException | RuntimeException e) {
                lost.add(shown(entry.name()) + " could not be given back what it was: " + e.getMessage()
                        + "; run 'virt-nft apply --all' when that is mended");
            }
        }
        if (lost.isEmpty()) {
            state.restartMark().end();
            end(entries, true);
        }
        return lost;
    }

    private void goBack(Entry entry, NetworkControl control) throws LibvirtException {
        Optional<LibvirtNetwork> found = control.named(entry.name());
        Optional<String> defined = found.flatMap(LibvirtNetwork::persistentXml);
        if (defined.isEmpty() || !redefined(entry, defined.get(), control)) {
            return;
        }
        if (entry.guests().isEmpty()) {
            return;
        }
        Guests guests = entry.guests().get();
        Reading former = read(entry.name(), entry.former());
        boolean asBefore = found.get()
                .liveXml()
                .filter(live -> read(entry.name(), live).mode().equals(former.mode()))
                .isPresent();
        Restart restart = new Restart(control, bridges, state);
        if (asBefore) {
            restart.complete(guests);
        } else {
            apply(entry.name(), former);
            restart.perform(guests);
        }
        verify(entry.name());
    }

    /** Whether its definition is the former one now; not when somebody has defined something else meanwhile. */
    private static boolean redefined(Entry entry, String defined, NetworkControl control) throws LibvirtException {
        CanonicalDefinition now = CanonicalDefinition.of(defined);
        if (now.saysTheSame(CanonicalDefinition.of(entry.former()))) {
            return true;
        }
        if (!now.saysTheSame(CanonicalDefinition.of(entry.next()))) {
            return false;
        }
        Redefinition.define(control, change(entry), entry.former());
        return true;
    }

    private static Reading read(String name, String xml) {
        return NetworkReader.read(shown(name), xml.getBytes(StandardCharsets.UTF_8));
    }

    private static String shown(String name) {
        return Printable.network(name);
    }
}
