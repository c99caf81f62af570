package org.virtnft.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.SampleNetworks;

/** What is tried is written down as it is: what comes back is what was there, to the last element. */
class TrialFileTest {

    @TempDir
    Path folder;

    private static AppliedNetwork applied(String name, String bridge) {
        return AppliedNetwork.of(
                SampleNetworks.nat(name, bridge, "10.1.0.1/24"),
                Source.FILE,
                Instant.parse("2026-11-24T10:00:00.123456789Z"),
                "<a>\n\t<b/>\\n</a>",
                "",
                List.of("a: warning: of\ntwo lines"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsReadIsWhatWasWritten(Trial.Phase phase) {
        AppliedNetwork before = applied("before: \\n\nphase: BACK", "a0");
        AppliedNetwork made = applied("é", "b0");
        Trial trial = Trial.starting("1-2", 3)
                .asWatched()
                .pending(
                        Long.MAX_VALUE,
                        new TreeMap<>(Map.of(before.bridge(), before)),
                        new TreeMap<>(Map.of(made.bridge(), made)))
                .in(phase, List.of("a: as before", "b\nphase: BACK"));
        StateDirectory state = new StateDirectory(folder);

        assertEquals(Optional.empty(), state.trialRecord().read());
        state.trialRecord().write(trial);

        assertEquals(Optional.of(trial), state.trialRecord().read());
        assertEquals(new TreeSet<>(List.of(before.bridge(), made.bridge())), trial.bridges());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "virt-nft try: 2\n",
                "virt-nft try: 1\nid: x\nphase: FROBNICATED\nuntil: 1\n",
                "virt-nft try: 1\nid: x\nphase: PENDING\nuntil: soon\n",
                "virt-nft try: 1\nid: x\nphase: PENDING\nuntil: 1\nbefore: garbage\n"
            })
    void aDamagedOneIsNamed(String text) throws Exception {
        Files.writeString(folder.resolve("try"), text);
        StateException e = assertThrows(
                StateException.class,
                () -> new StateDirectory(folder).trialRecord().read());
        assertTrue(("" + e.getMessage()).startsWith(folder + "/try is damaged ("), e::getMessage);
    }

    @Test
    void anOpenOneIsOneThatMayStillGoBack() {
        for (Trial.Phase phase : Trial.Phase.values()) {
            boolean ended = phase == Trial.Phase.CONFIRMED || phase == Trial.Phase.BACK;
            assertEquals(!ended, phase.isOpen());
        }
    }
}
