package org.virtnft.report;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.virtnft.host.HookCopy;
import org.virtnft.kernel.Interfaces;
import org.virtnft.report.Exposition.Label;
import org.virtnft.report.NetworkStatus.State;
import org.virtnft.ruleset.Count;

/**
 * What Prometheus is told.
 *
 * @param networks those that are applied, companions whose start failed, and those that are left to libvirt
 * @param drift whether the kernel holds something else than what was applied
 * @param interrupted whether a change was begun and not finished
 * @param lastApply when a change was last made, or found to be none
 * @param hook whose the hook is
 * @param hookSeen whether libvirt runs it, as far as that can be told
 * @param hookOpen whether others than root can change it, or what it runs
 */
public record Metrics(
        String version,
        List<NetworkStatus> networks,
        boolean drift,
        boolean interrupted,
        Optional<Instant> lastApply,
        HookCopy.Condition hook,
        boolean hookSeen,
        boolean hookOpen) {

    /** In the format of node_exporter's text files. */
    public String text() {
        Exposition text = new Exposition();
        text.gauge("virt_nft_build_info", "The version of virt-nft that wrote this.")
                .sample("1", new Label("version", version));
        List<String> labels = labels();
        aboutNetworks(text, labels);
        traffic(text, labels);
        text.gauge("virt_nft_start_failures", "Networks that run without our rules, for their start failed.")
                .sample("" + count(State.FAILED));
        text.gauge("virt_nft_drift", "Whether the kernel holds something else than what was applied.")
                .sample(drift);
        text.gauge("virt_nft_change_interrupted", "Whether a change was begun and not finished.")
                .sample(interrupted);
        lastApply.ifPresent(when -> text.gauge(
                        "virt_nft_last_apply_timestamp_seconds", "When a change was last made, or found to be none.")
                .sample(seconds(when)));
        text.gauge("virt_nft_hook_present", "Whether libvirt's folder has our hook.")
                .sample(hook != HookCopy.Condition.ABSENT);
        text.gauge("virt_nft_hook_current", "Whether the hook is the one of this version, unchanged.")
                .sample(hook == HookCopy.Condition.CURRENT);
        text.gauge("virt_nft_hook_seen", "Whether libvirt's daemon runs the hook, as far as can be told.")
                .sample(hook != HookCopy.Condition.ABSENT && hookSeen);
        text.gauge("virt_nft_hook_open", "Whether others than root can change the hook, its folders or the program.")
                .sample(hookOpen);
        return text.toString();
    }

    private long count(State state) {
        return networks.stream().filter(network -> network.state() == state).count();
    }

    private void aboutNetworks(Exposition text, List<String> ofEach) {
        text.gauge(
                "virt_nft_network_info", "A network that is applied, whose start failed, or that is left to libvirt.");
        // a failure's name is whatever bytes a shell was given: two may have become the same text
        Set<String> told = new HashSet<>();
        for (NetworkStatus network : networks) {
            String labels = Exposition.labels(
                    new Label("network", network.name()),
                    new Label("bridge", network.bridge()),
                    new Label("mode", network.mode()),
                    new Label("shape", network.shape()),
                    new Label("source", network.source()),
                    new Label("state", network.state().word()));
            if (told.add(labels)) {
                text.sampleOf(labels, "1");
            }
        }
        each(
                text.gauge("virt_nft_network_bridge_up", "Whether the bridge is there and up."),
                ofEach,
                network -> network.link().map(link -> switch (link) {
                    case UP, IDLE -> "1";
                    case DOWN, MISSING -> "0";
                }));
        each(
                text.gauge("virt_nft_network_since_timestamp_seconds", "When the network was applied as it is now."),
                ofEach,
                network -> network.since().map(Metrics::seconds));
    }

    private void traffic(Exposition text, List<String> labels) {
        counts(
                text,
                labels,
                "virt_nft_network_sent",
                "guests sent to the host and beyond",
                network -> network.traffic().map(Interfaces.Traffic::received));
        counts(
                text,
                labels,
                "virt_nft_network_got",
                "guests got from the host and beyond",
                network -> network.traffic().map(Interfaces.Traffic::sent));
        counts(text, labels, "virt_nft_network_refused", "this network refused", NetworkStatus::refused);
    }

    private void counts(
            Exposition text,
            List<String> labels,
            String name,
            String what,
            Function<NetworkStatus, Optional<Count>> count) {
        each(
                text.counter(name + "_packets_total", "Packets that " + what + "."),
                labels,
                network -> count.apply(network).map(each -> Long.toUnsignedString(each.packets())));
        each(
                text.counter(name + "_bytes_total", "Bytes that " + what + "."),
                labels,
                network -> count.apply(network).map(each -> Long.toUnsignedString(each.bytes())));
    }

    /** A sample for each network that has a value and a bridge, which no other has. */
    private void each(Exposition text, List<String> labels, Function<NetworkStatus, Optional<String>> value) {
        for (int i = 0; i < labels.size(); i++) {
            String own = labels.get(i);
            value.apply(networks.get(i)).ifPresent(known -> text.sampleOf(own, known));
        }
    }

    /** Of each network: there are several samples of it. */
    private List<String> labels() {
        return networks.stream()
                .map(network ->
                        Exposition.labels(new Label("network", network.name()), new Label("bridge", network.bridge())))
                .toList();
    }

    private static String seconds(Instant instant) {
        return Long.toString(instant.getEpochSecond());
    }
}
