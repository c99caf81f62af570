package org.virtnft.flows;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.virtnft.flows.Consent.Translation;
import org.virtnft.kernel.Flow;
import org.virtnft.kernel.Routing;
import org.virtnft.network.Address;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Subnet;

/**
 * Judges established flows as the template would judge their first packets now, and only by the networks that changed: what the
 * others once accepted goes on.
 *
 * <p>A flow has addresses, no interfaces: a guest's network is the one that has its subnet. For {@code <forward dev>} the kernel's
 * routes say by which device the other side is reached.
 */
final class Judge {

    private static final Subnet MULTICAST4 = new Subnet(Address.parse("224.0.0.0"), 4);
    private static final Subnet MULTICAST6 = new Subnet(Address.parse("ff00::"), 8);
    private static final Address BROADCAST = Address.parse("255.255.255.255");

    private final Map<String, Consent> before;
    private final Map<String, Consent> after;
    private final Set<String> changed;
    private final boolean mended;
    private final Routing routing;
    private final Territory now = new Territory();
    private final Territory earlier = new Territory();
    private final Set<Address> local = new HashSet<>();

    /**
     * @param before what the changed networks were, by their bridges
     * @param after what all networks are
     * @param changed the bridges whose networks are judged anew
     * @param mended whether nobody translated for a while what guests began
     */
    Judge(
            Map<String, Consent> before,
            Map<String, Consent> after,
            Set<String> changed,
            boolean mended,
            Routing routing) {
        this.before = before;
        this.after = after;
        this.changed = changed;
        this.mended = mended;
        this.routing = routing;
        after.forEach((bridge, consent) -> consent.outbound().forEach(subnet -> now.add(subnet, bridge)));
        before.forEach((bridge, consent) -> consent.outbound().forEach(subnet -> earlier.add(subnet, bridge)));
        for (Routing.Local address : routing.addresses()) {
            local.add(address.address());
            // an isolated or blocked network has no subnets among its elements
            if (after.containsKey(address.device()) && !address.linkLocal()) {
                now.add(address.subnet(), address.device());
            }
        }
    }

    /** Whether a flow is one that would not come about any more. */
    boolean forbids(Flow flow) {
        Address source = flow.source();
        Address destination = flow.replySource();
        // the host's own flows, and what is for it, are never forwarded
        if (local.contains(source) || local.contains(destination) || toMany(destination)) {
            return false;
        }
        Optional<String> from = now.of(source);
        Optional<String> to = now.of(destination);
        if (from.isPresent() && !from.equals(to) && begunUntranslated(flow, from.get())) {
            return true;
        }
        Optional<String> lostFrom = from.isPresent() ? Optional.empty() : earlier.of(source);
        Optional<String> lostTo = to.isPresent() ? Optional.empty() : earlier.of(destination);
        if (lostFrom.isPresent() || lostTo.isPresent()) {
            return !lostFrom.equals(lostTo);
        }
        if (flow.expected()) {
            // begun by either side, for the sake of a flow that one of them began
            return refused(flow, source, from, destination, to) && refused(flow, destination, to, source, from);
        }
        return refused(flow, source, from, destination, to)
                || (from.isPresent() && translatedOtherwise(flow, from.get()));
    }

    /** Whether it has come to nothing so far, and might with another source. */
    static boolean maySeekTranslation(Flow flow) {
        return !flow.answered() && !flow.sourceTranslated() && !toMany(flow.replySource());
    }

    private static boolean toMany(Address destination) {
        return MULTICAST4.contains(destination) || MULTICAST6.contains(destination) || destination.equals(BROADCAST);
    }

    private boolean refused(
            Flow flow, Address source, Optional<String> from, Address destination, Optional<String> to) {
        if (from.isPresent() && from.equals(to)) {
            return isChanged(from) && !consentOf(from.get()).same();
        }
        boolean left = flow.destinationTranslated();
        if (isChanged(from)) {
            Consent consent = consentOf(from.get());
            boolean consents = consent.sends(source) && byUplink(from.get(), source, destination, to);
            if (!consents && !(left && consent.companion())) {
                return true;
            }
        }
        if (isChanged(to)) {
            Consent consent = consentOf(to.get());
            boolean consents = consent.accepts(destination) && byUplink(to.get(), destination, source, from);
            return !consents && !(left && consent.companion());
        }
        return false;
    }

    private boolean isChanged(Optional<String> bridge) {
        return bridge.filter(changed::contains).isPresent();
    }

    private Consent consentOf(String bridge) {
        Consent consent = after.get(bridge);
        if (consent == null) {
            throw new IllegalArgumentException(bridge + " is no network's");
        }
        return consent;
    }

    /** Whether the other side of a guest's flow is behind the one device of its network; where that was so before, it is. */
    private boolean byUplink(String bridge, Address guest, Address other, Optional<String> otherBridge) {
        Optional<InterfaceName> uplink = consentOf(bridge).uplink();
        Optional<Consent> earlierConsent = Optional.ofNullable(before.get(bridge));
        if (uplink.isEmpty() || earlierConsent.flatMap(Consent::uplink).equals(uplink)) {
            return true;
        }
        return otherBridge
                .or(() -> routing.deviceTowards(other, guest, bridge))
                .equals(uplink.map(InterfaceName::value));
    }

    /**
     * Whether a guest's address is translated in another way than its network says. Only where the network said otherwise before: a
     * flow that somebody else's rule translated is nothing new then.
     */
    private boolean translatedOtherwise(Flow flow, String bridge) {
        if (!changed.contains(bridge)) {
            return false;
        }
        Consent consent = consentOf(bridge);
        Optional<Consent> earlierConsent = Optional.ofNullable(before.get(bridge));
        if (earlierConsent.isEmpty() && consent.companion()) {
            return false; // translated by libvirt so far, which comes first also from now on
        }
        Optional<Translation> was = earlierConsent.flatMap(each -> each.translation(flow.source()));
        Optional<Translation> is = consent.translation(flow.source());
        if (was.equals(is)) {
            return false;
        }
        return is.map(translation -> !fits(flow, translation)).orElse(flow.sourceTranslated());
    }

    /** An answered one reached somebody who knows the way back, and is let be. */
    private boolean begunUntranslated(Flow flow, String bridge) {
        return mended
                && maySeekTranslation(flow)
                && consentOf(bridge).translation(flow.source()).isPresent();
    }

    private boolean fits(Flow flow, Translation translation) {
        Address seen = flow.replyDestination();
        boolean address = translation
                .pool()
                .map(pool -> pool.first().compareTo(seen) <= 0 && pool.last().compareTo(seen) >= 0)
                .orElse(local.contains(seen));
        int port = flow.replyPort();
        boolean portFits = !flow.hasPorts()
                || (translation.ports().first() <= port && translation.ports().last() >= port);
        return flow.sourceTranslated() && address && portFits;
    }
}
