package org.virtnft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.host.HookCopy;
import org.virtnft.kernel.Interfaces.Condition;
import org.virtnft.kernel.Interfaces.Traffic;
import org.virtnft.report.NetworkStatus.State;
import org.virtnft.ruleset.Count;

/** What Prometheus reads: its own format, whatever a network is called. CI gives the same texts to promtool. */
class MetricsTest {

    private static final Instant SINCE = Instant.parse("2026-11-24T10:00:00.999Z");

    private static NetworkStatus network(String name, String bridge, Condition link) {
        return new NetworkStatus(
                name,
                bridge,
                "nat",
                "owner",
                "file",
                State.APPLIED,
                Optional.of(SINCE),
                Optional.of(link),
                link == Condition.MISSING
                        ? Optional.empty()
                        : Optional.of(new Traffic(new Count(1, 2), new Count(3, -1))),
                Optional.of(new Count(5, 6)));
    }

    private static Metrics metrics(NetworkStatus... networks) {
        return new Metrics(
                "0.1.0", List.of(networks), false, false, Optional.of(SINCE), HookCopy.Condition.CURRENT, true, false);
    }

    /** Keeps the text for promtool. */
    private static PrometheusText text(String name, Metrics metrics) throws IOException {
        Path folder = Files.createDirectories(Path.of("target/metrics"));
        Files.writeString(folder.resolve(name + ".prom"), metrics.text());
        return PrometheusText.parse(metrics.text());
    }

    @Test
    void everythingOfANetwork() throws IOException {
        PrometheusText text = text("network", metrics(network("net", "virbr1", Condition.UP)));
        String labels = "{network=\"net\",bridge=\"virbr1\"}";

        assertEquals(
                "1",
                text.value("virt_nft_network_info{network=\"net\",bridge=\"virbr1\",mode=\"nat\",shape=\"owner\","
                        + "source=\"file\",state=\"applied\"}"));
        assertEquals("1", text.value("virt_nft_network_bridge_up" + labels));
        assertEquals("1795514400", text.value("virt_nft_network_since_timestamp_seconds" + labels));
        assertEquals("1", text.value("virt_nft_network_sent_packets_total" + labels));
        assertEquals("2", text.value("virt_nft_network_sent_bytes_total" + labels));
        assertEquals("3", text.value("virt_nft_network_got_packets_total" + labels));
        assertEquals("18446744073709551615", text.value("virt_nft_network_got_bytes_total" + labels));
        assertEquals("5", text.value("virt_nft_network_refused_packets_total" + labels));
        assertEquals("6", text.value("virt_nft_network_refused_bytes_total" + labels));
    }

    /** No sample is better than a wrong one. */
    @Test
    void aBridgeThatIsMissingHasNoTraffic() throws IOException {
        PrometheusText text = text("missing", metrics(network("net", "virbr1", Condition.MISSING)));
        assertEquals("0", text.value("virt_nft_network_bridge_up{network=\"net\",bridge=\"virbr1\"}"));
        assertTrue(text.samples().keySet().stream().noneMatch(sample -> sample.contains("_sent_")));
        assertEquals("5", text.value("virt_nft_network_refused_packets_total{network=\"net\",bridge=\"virbr1\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a \"quoted\" one",
                "back\\slash\\n",
                "two\nlines",
                "é\t\u001b{}=,",
                "\uD83D\uDE00 \\\"\n"
            })
    void anyName(String name) throws IOException {
        String text = metrics(network(name, "b", Condition.UP)).text();
        text("name-" + Integer.toHexString(name.hashCode()), metrics(network(name, "b", Condition.UP)));
        String escaped = name.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        assertEquals(
                "5",
                PrometheusText.parse(text)
                        .value("virt_nft_network_refused_packets_total{network=\"" + escaped + "\",bridge=\"b\"}"));
    }

    @Test
    void whatIsAmiss() throws IOException {
        NetworkStatus failed = Overview.unapplied("bad", "", "", "companion", State.FAILED);
        PrometheusText text = text(
                "amiss",
                new Metrics(
                        "(not packaged)",
                        List.of(failed, failed, network("net", "b", Condition.DOWN)),
                        true,
                        true,
                        Optional.empty(),
                        HookCopy.Condition.CHANGED,
                        false,
                        true));
        assertEquals("2", text.value("virt_nft_start_failures"));
        assertEquals(
                "1",
                text.value("virt_nft_network_info{network=\"bad\",bridge=\"\",mode=\"\",shape=\"companion\","
                        + "source=\"libvirt\",state=\"failed\"}"));
        assertEquals("1", text.value("virt_nft_drift"));
        assertEquals("1", text.value("virt_nft_change_interrupted"));
        assertEquals("", text.value("virt_nft_last_apply_timestamp_seconds"));
        assertEquals("1", text.value("virt_nft_hook_present"));
        assertEquals("0", text.value("virt_nft_hook_current"));
        assertEquals("0", text.value("virt_nft_hook_seen"));
        assertEquals("1", text.value("virt_nft_hook_open"));
    }

    @Test
    void nothingAppliedAndAllWell() throws IOException {
        PrometheusText text = text("nothing", metrics());
        assertEquals("0", text.value("virt_nft_start_failures"));
        assertEquals("0", text.value("virt_nft_drift"));
        assertEquals("0", text.value("virt_nft_change_interrupted"));
        assertEquals("1795514400", text.value("virt_nft_last_apply_timestamp_seconds"));
        assertEquals("1", text.value("virt_nft_hook_current"));
        assertEquals("1", text.value("virt_nft_hook_seen"));
        assertEquals("0", text.value("virt_nft_hook_open"));
        assertEquals("1", text.value("virt_nft_build_info{version=\"0.1.0\"}"));
    }

    /** The checker of these tests, so that it is known to see something. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "# HELP a x\n# TYPE a gauge\na 1",
                "# TYPE a gauge\na 1\n",
                "# HELP a x\n# TYPE a counter\na 1\n",
                "# HELP a x\n# TYPE a gauge\nb 1\n",
                "# HELP a x\n# TYPE a gauge\na 1\na 2\n",
                "# HELP a x\n# TYPE a gauge\na{b=\"\"\"} 1\n",
                "# HELP a x\n# TYPE a gauge\na{b=\"\\x\"} 1\n",
                "# HELP a x\n# TYPE a gauge\na one\n",
            })
    void theCheckerIsStrict(String text) {
        assertThrows(AssertionError.class, () -> PrometheusText.parse(text));
    }
}
