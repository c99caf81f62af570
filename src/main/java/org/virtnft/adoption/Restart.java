package org.virtnft.adoption;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.host.ProgramException;
import org.virtnft.libvirt.NetworkControl;
import org.virtnft.network.Printable;
import org.virtnft.state.StateDirectory;
import org.virtnft.xml.PortDefinition;

/**
 * Stops and starts networks and puts their guests back. Their packets wait from the bridge's end to the interfaces' return, so whatever
 * can be done before and after is not done between: the elements must be in the kernel already.
 */
final class Restart {

    private static final Duration LONGEST_WAY_UP = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(2);

    private final NetworkControl libvirt;
    private final BridgePorts bridges;
    private final StateDirectory state;

    /** @param state where the hook is told that its work is done already */
    public Restart(NetworkControl libvirt, BridgePorts bridges, StateDirectory state) {
        this.libvirt = libvirt;
        this.bridges = bridges;
        this.state = state;
    }

    /**
     * Does it. The network's elements are in the kernel, as its definition says.
     *
     * @return how long packets of its guests were stopped
     * @throws LibvirtException when libvirt refuses
     * @throws ProgramException when an interface did not come back
     */
    public Duration perform(Guests guests) throws LibvirtException {
        state.restartMark().begin(guests.network());
        try (Reattachment attachment = bridges.reattachment(guests.bridge(), guests.interfaces())) {
            boolean active = libvirt.named(guests.network())
                    .orElseThrow(() -> new LibvirtException(Printable.network(guests.network()) + " is gone"))
                    .isActive();
            long begun = System.nanoTime();
            if (active) {
                libvirt.stop(guests.network());
            }
            long back = startAndAttach(guests, attachment);
            createPorts(guests);
            return Duration.ofNanos(back - begun);
        } finally {
            state.restartMark().end();
        }
    }

    /**
     * Puts back who is missing on a network that runs.
     *
     * @throws LibvirtException when libvirt refuses
     * @throws ProgramException when an interface did not come back
     */
    public void complete(Guests guests) throws LibvirtException {
        try (Reattachment attachment = bridges.reattachment(guests.bridge(), guests.interfaces())) {
            attachment.perform();
        }
        createPorts(guests);
    }

    /**
     * libvirt's start goes on after the bridge is up: it starts dnsmasq, and waits for seconds until the kernel has made sure that
     * nobody else has the bridge's IPv6 addresses. Guests need not wait for that.
     */
    private long startAndAttach(Guests guests, Reattachment attachment) throws LibvirtException {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Long> attached =
                CompletableFuture.supplyAsync(() -> attachWhenUp(guests.bridge(), attachment, over));
        try {
            libvirt.start(guests.network());
        } catch (LibvirtException e) {
            over.set(true);
            attached.exceptionally(ignored -> 0L).join();
            throw e;
        }
        try {
            return attached.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ProgramException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private long attachWhenUp(String bridge, Reattachment attachment, AtomicBoolean over) {
        long end = System.nanoTime() + LONGEST_WAY_UP.toNanos();
        while (!bridges.isUp(bridge)) {
            if (over.get() || System.nanoTime() > end) {
                throw new ProgramException("bridge " + bridge + " does not come up");
            }
            sleep();
        }
        return attachment.perform();
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProgramException("interrupted", e);
        }
    }

    private void createPorts(Guests guests) throws LibvirtException {
        Set<String> there = new HashSet<>();
        for (String xml : libvirt.ports(guests.network())) {
            there.add(PortDefinition.of(xml).uuid());
        }
        for (String xml : guests.ports()) {
            PortDefinition port = PortDefinition.of(xml);
            if (!there.contains(port.uuid())) {
                libvirt.createPort(guests.network(), port.unplugged());
            }
        }
    }
}
