package org.virtnft.definitions;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.xml.Reading;

/**
 * What a running network's definition makes of it at its next start. net-define and net-edit say nothing of what they leave for then, and
 * libvirt takes definitions that our hook refuses.
 *
 * @param remark what becomes another, or why it fails; "" where nothing does
 * @param faulty whether the definition has an error
 */
public record NextStart(String remark, boolean faulty) {

    static final NextStart THE_SAME = new NextStart("", false);

    /** @param running what runs, with the policy in force */
    static NextStart of(Reading running, Reading defined) {
        if (!defined.errors().isEmpty()) {
            String what = defined.ours()
                    ? "so its next start fails"
                    : "so it gets libvirt's rules alone at its next start, and none of ours";
            return new NextStart(defined.errors().get(0) + ", " + what, true);
        }
        if (running.network().isEmpty() || defined.network().isEmpty()) {
            return THE_SAME;
        }
        List<String> changes =
                changes(running.network().get(), defined.network().get());
        return changes.isEmpty()
                ? THE_SAME
                : new NextStart(
                        "at its next start it becomes what is defined now: " + String.join("; ", changes), false);
    }

    private static List<String> changes(NetworkDefinition before, NetworkDefinition after) {
        List<String> changes = new ArrayList<>();
        add(changes, "", kind(before), kind(after));
        if (before instanceof VirtualNetwork one && after instanceof VirtualNetwork other) {
            add(changes, "bridge ", one.bridge().value(), other.bridge().value());
            add(changes, "addresses ", addresses(one), addresses(other));
            add(changes, "device ", uplink(one), uplink(other));
            if (changes.isEmpty() && !one.forward().equals(other.forward())) {
                changes.add("another <nat>");
            }
            add(changes, "", ports(one), ports(other));
        }
        return changes;
    }

    private static void add(List<String> changes, String what, String before, String after) {
        if (!before.equals(after)) {
            changes.add(what + after + " instead of " + before);
        }
    }

    private static String kind(NetworkDefinition definition) {
        return definition instanceof VirtualNetwork network
                ? network.shape().word() + " in mode " + network.forward().mode()
                : "mode " + (definition instanceof RulelessNetwork ruleless ? ruleless.mode() : "") + " without rules";
    }

    private static String addresses(VirtualNetwork network) {
        List<String> all =
                network.addresses().stream().map(BridgeAddress::toString).toList();
        return all.isEmpty() ? "none" : String.join(", ", all);
    }

    private static String uplink(VirtualNetwork network) {
        Optional<String> device = network.forward().uplink().map(Object::toString);
        return device.orElse("any");
    }

    private static String ports(VirtualNetwork network) {
        return network.portsIsolated() ? "isolated ports" : "ports that are not isolated";
    }
}
