package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.cli.JsonSchema;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** enable and disable on a host with libvirtd and running networks; the program installed, the hook not yet. */
class EnableIT {

    private static final String NAT = "<nft:forward mode='nat'/>";

    private LibvirtLab lab;

    @BeforeEach
    void startLab() {
        lab = LibvirtLab.start(Kind.INSTALLED);
    }

    @AfterEach
    void endLab() {
        lab.close();
    }

    private void assertNothingChanged() {
        assertEquals("", lab.read(LibvirtLab.HOOK));
        assertEquals("", lab.table());
        assertEquals(List.of(), lab.appliedBridges());
        assertEquals("", lab.read("/var/lib/virt-nft/hook.sha256"));
    }

    @Test
    void enablePutsTheHookMakesLibvirtSeeItAndAppliesRunningNetworks() {
        lab.defineAndStart(LabNetwork.companion("companion", 11, "<forward mode='nat'/>"));
        lab.defineAndStart(LabNetwork.owner("owner", 12, NAT));
        assertNothingChanged();

        String out = lab.virtNft("enable", "--yes").ok();

        assertEquals(lab.read("/usr/lib/virt-nft/hooks/network.d/50-virt-nft"), lab.read(LibvirtLab.HOOK));
        assertEquals(List.of("vbr11", "vbr12"), lab.appliedBridges());
        assertTrue(out.contains("owner: applied"), out);
        assertTrue(out.contains("must keep that in mind"), out); // there is a companion
        assertFalse(lab.virtNft("status").ok().contains("hook"), "nothing to say of the hook");
        lab.sh("cd / && sha256sum --check --status /var/lib/virt-nft/hook.sha256");

        lab.defineAndStart(LabNetwork.owner("later", 13, NAT));
        assertEquals(List.of("vbr11", "vbr12", "vbr13"), lab.appliedBridges());
    }

    @Test
    void checkChangesNothingAndSaysWhatIsNext() {
        lab.defineAndStart(LabNetwork.owner("owner", 12, NAT));
        String out = lab.virtNft("enable", "--check").ok();
        assertTrue(out.endsWith("it does nothing yet, and nothing stands in the way: run 'virt-nft enable'\n"), out);
        assertTrue(out.lines().noneMatch(line -> line.startsWith("FAILED")), out);
        assertTrue(out.contains("ok      a network's start, tried without changing anything\n"), out);
        JsonObject document =
                JsonSchema.document(lab.virtNft("enable", "--check", "--json").ok());
        assertTrue(document.get("dryRun").getAsBoolean());
        assertFalse(document.get("changed").getAsBoolean());
        assertEquals("applied", JsonSchema.result(document, "owner"));
        assertTrue(document.getAsJsonArray("checks").size() > 3, document::toString);
        assertNothingChanged();
        assertTrue(lab.virtNft("status").ended(1).contains("the hook is not there"));
    }

    @Test
    void whereALibvirtIsNamedItIsAskedAndWithoutOneItsFilesAreRead() {
        lab.defineAndStart(LabNetwork.owner("owner", 12, NAT));
        // the daemon goes on without them
        lab.sh(
                "mv /run/libvirt/network/owner.xml /run/lab/live.xml; mv /etc/libvirt/qemu/networks/owner.xml /run/lab/defined.xml");
        String tried = "running networks, tried without changing anything: ";
        String read = lab.virtNft("enable", "--check").ok();
        String asked = lab.virtNft("enable", "--check", "--connect", "network:///system")
                .ok();
        assertTrue(read.contains(tried + "0\n"), read);
        assertTrue(asked.contains(tried + "1\n"), asked);
        Result owner = lab.virtNft("disable", "--yes", "--connect", "network:///system");
        assertEquals(1, owner.status(), owner::toString);
        assertTrue(owner.err().contains("nothing would protect the guests of owner;"), owner::toString);
        lab.virtNft("disable", "--yes").ok();

        Result refused = lab.virtNft("enable", "--yes", "--connect", "nowhere:///");
        assertEquals(1, refused.status(), refused::toString);
        assertTrue(refused.err().startsWith("virt-nft: libvirt does not answer (nowhere:///: "), refused::toString);
        assertNothingChanged();
    }

    @Test
    void whereNobodyCanBeAskedItSaysSoAndChangesNothing() {
        Result result = lab.virtNft("enable");
        assertEquals(2, result.status(), result::toString);
        assertEquals("virt-nft: there is no terminal to ask on: say --yes\n", result.err());
        assertNothingChanged();
    }

    @Test
    void onATerminalItAsks() {
        String no = lab.sh("echo n | script -qec 'virt-nft enable' /dev/null || true");
        assertTrue(no.contains("Go on? [y/N]"), no);
        assertTrue(no.contains("nothing was changed"), no);
        assertNothingChanged();

        // a program's standard output is no place for a question
        String asked = lab.sh("echo n | script -qec 'virt-nft enable --json >/run/lab/document' /dev/null || true");
        assertTrue(asked.contains("This will") && asked.contains("Go on? [y/N]"), asked);
        JsonObject declined = JsonSchema.document(lab.read("/run/lab/document"));
        assertFalse(declined.get("changed").getAsBoolean());
        assertEquals(
                "[\"nothing was changed, for the answer was no\"]",
                declined.get("error").toString());
        assertNothingChanged();

        lab.sh("echo y | script -qec 'virt-nft enable' /dev/null");
        assertFalse(lab.read(LibvirtLab.HOOK).isEmpty());
    }

    @Test
    void hookOnlyLeavesRunningNetworksUntilTheirNextStart() {
        lab.defineAndStart(LabNetwork.owner("owner", 12, NAT));
        lab.virtNft("enable", "--yes", "--hook-only").ok();
        assertEquals("", lab.table());
        lab.virsh("net-destroy", "owner").ok();
        lab.virsh("net-start", "owner").ok();
        assertEquals(List.of("vbr12"), lab.appliedBridges());

        JsonObject refused =
                JsonSchema.document(lab.virtNft("disable", "--yes", "--json").ended(1));
        assertFalse(refused.get("changed").getAsBoolean());
        lab.virsh("net-destroy", "owner").ok();
        lab.virsh("net-undefine", "owner").ok();
        lab.defineAndStart(LabNetwork.companion("companion", 11, "<forward mode='nat'/>"));
        JsonObject enabled =
                JsonSchema.document(lab.virtNft("enable", "--yes", "--json").ok());
        assertEquals("unchanged", JsonSchema.result(enabled, "companion"));
        JsonObject disabled =
                JsonSchema.document(lab.virtNft("disable", "--yes", "--json").ok());
        assertTrue(disabled.get("changed").getAsBoolean());
        assertEquals("removed", JsonSchema.result(disabled, "companion"));
    }

    @Test
    void everyFailedCheckChangesNothingAndNamesTheCommandThatHelps() {
        assertDeclined(
                "mv /usr/sbin/virt-nft /usr/lib/virt-nft/start && ln -s /usr/lib/virt-nft/start /usr/sbin/virt-nft",
                "/usr/sbin/virt-nft is a link, and AppArmor lets libvirtd execute only what really lies there:"
                        + " install the package virt-nft again");
        lab.sh("rm /usr/sbin/virt-nft && mv /usr/lib/virt-nft/start /usr/sbin/virt-nft");

        assertDeclined(
                "mkdir /etc/libvirt/hooks/network.d; cp /usr/lib/virt-nft/hooks/network.d/50-virt-nft"
                        + " /etc/libvirt/hooks/network.d/60-mine",
                "a second hook of virt-nft would run too: run 'rm /etc/libvirt/hooks/network.d/60-mine'");
        lab.sh("rm -r /etc/libvirt/hooks/network.d");

        assertDeclined(
                "ip link add virtnftcheck type bridge",
                "a network's start, tried without changing anything, failed: virt-nft: network 'virt-nft-check': an"
                        + " interface called virtnftcheck exists already");
        lab.sh("ip link del virtnftcheck");

        assertDeclined(
                "mv /etc/libvirt/hooks /etc/libvirt/away",
                "libvirt's folder for hooks, /etc/libvirt/hooks, is missing");
        lab.sh("mv /etc/libvirt/away /etc/libvirt/hooks");

        lab.virtNft("enable", "--yes").ok();
    }

    private void assertDeclined(String sabotage, String why) {
        lab.sh(sabotage);
        Result result = lab.virtNft("enable", "--yes");
        assertEquals(1, result.status(), result::toString);
        assertTrue(result.err().contains("not enabled, nothing was changed: "), result::toString);
        assertTrue(result.err().contains(why), result::toString);
        assertNothingChanged();
    }

    @Test
    void aNetworkThatWouldBeCutOffIsAReasonNotToBegin() {
        lab.defineAndStart(LabNetwork.owner("owner", 12, "<nft:forward mode='nat'/><nft:unknown/>"));
        Result result = lab.virtNft("enable", "--yes");
        assertEquals(1, result.status(), result::toString);
        assertTrue(result.err().contains("its guests would be cut off"), result::toString);
        JsonObject document =
                JsonSchema.document(lab.virtNft("enable", "--yes", "--json").ended(1));
        assertFalse(document.get("changed").getAsBoolean());
        assertTrue(document.get("error").toString().contains("its guests would be cut off"), document::toString);
        assertNothingChanged();
        lab.virtNft("enable", "--yes", "--hook-only").ok();
    }

    @Test
    void aHookThatTheAdministratorChangedIsKeptAndNamed() {
        lab.virtNft("enable", "--yes").ok();
        lab.sh("echo '# mine' >>" + LibvirtLab.HOOK);
        String changed = lab.read(LibvirtLab.HOOK);

        assertTrue(lab.virtNft("status").ended(1).contains("the hook " + LibvirtLab.HOOK + " was changed by somebody"));
        for (String command : List.of("enable", "disable")) {
            Result result = lab.virtNft(command, "--yes");
            assertEquals(1, result.status(), result::toString);
            assertTrue(result.err().contains("run 'rm " + LibvirtLab.HOOK + "' first"), result::toString);
        }
        lab.sh("/usr/lib/virt-nft/maintain installed");
        assertEquals(changed, lab.read(LibvirtLab.HOOK));
    }

    @Test
    void anUpgradeRenewsAnUnchangedHookAndItsTimeStays() {
        lab.virtNft("enable", "--yes").ok();
        lab.sh("touch -d 2026-01-02 " + LibvirtLab.HOOK
                + "; echo '# of the next version' >>/usr/lib/virt-nft/hooks/network.d/50-virt-nft");
        assertTrue(lab.virtNft("status").ok().contains("is another version's"));
        lab.sh("/usr/lib/virt-nft/maintain installed");
        assertTrue(lab.read(LibvirtLab.HOOK).endsWith("# of the next version\n"));
        assertTrue(lab.sh("stat -c %y " + LibvirtLab.HOOK).startsWith("2026-01-02"));
        assertFalse(lab.virtNft("status").ok().contains("hook"));
        lab.virtNft("disable", "--yes").ok();
        assertEquals("", lab.read(LibvirtLab.HOOK));
    }

    @Test
    void disableAndRemovalAreRefusedWhileANetworkHasNoOtherProtection() {
        lab.virtNft("enable", "--yes").ok();
        LabNetwork owner = LabNetwork.owner("the owner's", 12, NAT);
        lab.defineAndStart(owner);
        assertRefused("running");
        lab.virsh("net-destroy", owner.name()).ok();
        assertRefused("only defined");
        lab.stopDaemon();
        assertRefused("only defined, and libvirtd down");
        lab.startDaemon();
        lab.virsh("net-undefine", owner.name()).ok();
        lab.write("/run/lab/transient.xml", owner.xml());
        lab.virsh("net-create", "/run/lab/transient.xml").ok();
        assertRefused("transient");
        lab.virsh("net-destroy", owner.name()).ok();
        lab.write("/run/lab/file.xml", owner.xml());
        lab.virtNft("apply", "-f", "/run/lab/file.xml").ok();
        assertRefused("applied from a file");
        lab.virtNft("remove", owner.name()).ok();

        lab.sh("/usr/lib/virt-nft/maintain may-remove");
        lab.defineAndStart(LabNetwork.companion("companion", 11, "<forward mode='nat'/>"));
        assertEquals(List.of("vbr11"), lab.appliedBridges());
        String out = lab.virtNft("disable", "--yes").ok();
        assertTrue(out.endsWith("companion: removed\n"), out);
        assertEquals("", lab.table());
        assertEquals("", lab.read(LibvirtLab.HOOK));
        assertEquals("", lab.sh("ls /etc/libvirt/hooks"));
    }

    private void assertRefused(String when) {
        String hook = lab.read(LibvirtLab.HOOK);
        String table = lab.table();
        Result disable = lab.virtNft("disable", "--yes");
        assertEquals(1, disable.status(), () -> when + ": " + disable);
        assertTrue(disable.err().contains("the guests of the owner's;"), () -> when + ": " + disable);
        Result removal = lab.run("/usr/lib/virt-nft/maintain", "may-remove");
        assertEquals(1, removal.status(), () -> when + ": " + removal);
        assertTrue(removal.err().contains("\n    the owner's\n"), () -> when + ": " + removal);
        assertEquals(hook, lab.read(LibvirtLab.HOOK));
        assertEquals(table, lab.table());
    }

    @Test
    void rulesComeBackWithoutLibvirtsDaemon() {
        lab.virtNft("enable", "--yes").ok();
        lab.defineAndStart(LabNetwork.owner("owner", 12, NAT));
        lab.defineAndStart(LabNetwork.companion("companion", 11, "<forward mode='nat'/>"));
        lab.define(LabNetwork.owner("owner", 12, "<nft:forward mode='route'/>").xml());
        String before = lab.table();
        lab.stopDaemon();
        lab.age("vbr11");
        lab.age("vbr12");
        lab.sh(
                "nft flush ruleset; rm /run/libvirt/network/companion.xml; touch -d '1 minute ago' /run/virt-nft/networks/*");

        assertEquals(
                "owner: route on vbr12, applied\ncompanion: not running, removed\n",
                lab.virtNft("apply", "--all", "--no-libvirt").ok());

        assertEquals(List.of("vbr12"), lab.appliedBridges());
        assertTrue(before.contains("vbr11"), before);
        assertFalse(lab.table().contains("vbr11"), lab::table);
    }

    @Test
    void aStateInAnotherVersionsFormIsMadeAnew() {
        lab.virtNft("enable", "--yes").ok();
        lab.defineAndStart(LabNetwork.owner("owner", 12, NAT));
        lab.sh("sed -i 's/^virt-nft network: .*/virt-nft network: 99/' /run/virt-nft/networks/vbr12");
        LabNetwork next = LabNetwork.owner("next", 13, NAT);
        lab.define(next.xml());
        lab.sh("nft list table inet virt_nft >/run/before");

        lab.virsh("net-start", "next").ok();

        assertEquals(List.of("vbr12", "vbr13"), lab.appliedBridges());
        assertTrue(lab.read("/run/virt-nft/networks/vbr12").startsWith("virt-nft network: 2\nname: owner\n"));
        String element = "\"vbr12\" . 192.168.12.0/24 : goto masq";
        assertTrue(lab.read("/run/before").contains(element), () -> lab.read("/run/before"));
        assertTrue(lab.table().contains(element), lab::table);
        assertEquals(
                "next: nat on vbr13, applied\nowner: nat on vbr12, applied\n",
                lab.virtNft("apply", "--all", "--no-libvirt").ok());
    }

    @Test
    void aNetworkThatIsJustStartingIsInNoFileYetAndIsKept() {
        lab.virtNft("enable", "--yes").ok();
        LabNetwork starting = LabNetwork.owner("starting", 12, NAT);
        assertEquals(0, lab.hook(starting.name(), "start", starting.xml()).status());
        lab.virtNft("apply", "--all", "--no-libvirt").ok();
        assertEquals(List.of("vbr12"), lab.appliedBridges());
        // the control: after a while it is stale
        lab.age("vbr12");
        lab.virtNft("apply", "--all", "--no-libvirt").ok();
        assertEquals(List.of(), lab.appliedBridges());
    }

    /** libvirt runs it as root, and it decides whether an owner network is protected. */
    @Test
    void aHookThatOthersCanChangeIsNoProtection() {
        lab.define(LabNetwork.companion("net", 11, "<forward mode='nat'/>").xml());
        lab.virtNft("enable", "--yes").ok();
        assertNoProtection("chown 65534", "/etc/libvirt/hooks/network.d/50-virt-nft");
        assertNoProtection("chmod 777", "/etc/libvirt/hooks/network.d/50-virt-nft");
        assertNoProtection("chown 65534", "/etc/libvirt/hooks/network.d");
        assertNoProtection("chmod 775", "/etc/libvirt/hooks");
        assertNoProtection("chown 65534", "/usr/sbin/virt-nft");
        assertNoProtection("chmod 757", "/usr/lib/virt-nft");

        lab.virtNft("adopt", "net").ok();
        assertEquals(
                "",
                lab.sh("find /run/virt-nft /var/lib/virt-nft -perm /077"),
                "what enable and adopt made is for root alone");
    }

    /** As long as it is open, and not once it is closed. */
    private void assertNoProtection(String opening, String path) {
        lab.sh(opening + " " + path);
        String helps = opening.startsWith("chown") ? "run 'chown root " + path + "'" : "run 'chmod go-w " + path + "'";

        Result check = lab.virtNft("enable", "--check");
        assertEquals(1, check.status(), check::toString);
        assertTrue(
                check.out().lines().anyMatch(line -> line.startsWith("FAILED  " + path) && line.contains(helps)),
                check::toString);
        String status = lab.virtNft("status").out();
        assertTrue(status.lines().anyMatch(line -> line.startsWith(path) && line.endsWith(helps)), status);
        assertTrue(lab.virtNft("metrics").ok().contains("\nvirt_nft_hook_open 1\n"), opening + " " + path);
        Result adopt = lab.virtNft("adopt", "net");
        assertEquals(1, adopt.status(), adopt::toString);
        assertTrue(
                adopt.err().contains("not adopted, nothing was changed")
                        && adopt.err().contains(helps),
                adopt::toString);

        lab.sh((opening.startsWith("chown") ? "chown root " : "chmod go-w ") + path);
        lab.virtNft("enable", "--check").ok();
    }

    @Test
    void anUpgradeClosesWhatTheEarlierVersionLeftOpen() {
        lab.virtNft("enable", "--yes").ok();
        lab.sh(
                "mkdir -p /var/lib/virt-nft/adopted /var/cache/virt-nft; echo '<network/>' >/var/lib/virt-nft/adopted/1.xml");
        lab.sh("chmod -R a+rX /run/virt-nft /var/lib/virt-nft /var/cache/virt-nft");
        lab.run("/usr/lib/virt-nft/maintain", "installed").ok();
        assertEquals("", lab.sh("find /var/lib/virt-nft /run/virt-nft /var/cache/virt-nft -maxdepth 0 -perm /077"));
        assertEquals("", lab.sh("find /var/lib/virt-nft -perm /077"));
    }

    // ---- the reload ------------------------------------------------------------------------------------------------

    private void defineBoth() {
        lab.defineAndStart(LabNetwork.companion("companion", 11, "<forward mode='nat'/>"));
        lab.defineAndStart(LabNetwork.owner("owner", 12, NAT));
    }

    private void assertTakenBack(String why) {
        Result result = lab.virtNft("enable", "--yes");
        assertEquals(1, result.status(), result::toString);
        assertTrue(result.err().contains("virt-nft: not enabled, all is as it was before: "), result::toString);
        assertTrue(result.err().contains(why), result::toString);
        assertNothingChanged();
        assertEquals("", lab.sh("ls /etc/libvirt/hooks"));
        assertEquals("", lab.sh("find /run/virt-nft -name 'journal*'"));
    }

    @Test
    void aReloadThatFailsTakesRulesAndHookBack() {
        lab.defineAndStart(LabNetwork.companion("companion", 11, "<forward mode='nat'/>"));
        lab.writeProgram("/usr/sbin/kill", "#!/bin/sh\necho no >&2; exit 1\n");
        assertTakenBack("failed: no");
        lab.sh("rm /usr/sbin/kill");
        lab.virtNft("enable", "--yes").ok();
        assertEquals(List.of("vbr11"), lab.appliedBridges());
    }

    @Test
    void aDaemonThatDoesNotAnswerTakesRulesAndHookBack() {
        lab.defineAndStart(LabNetwork.companion("companion", 11, "<forward mode='nat'/>"));
        lab.sh("kill -STOP $(cat /run/libvirtd.pid)");
        assertTakenBack("libvirt's daemon does not come to the end of its reload");
        lab.sh("kill -CONT $(cat /run/libvirtd.pid)");
        lab.virtNft("enable", "--yes").ok();
    }

    @Test
    void whatWasAppliedBeforeStaysWhenTheReloadFails() {
        lab.defineAndStart(LabNetwork.companion("before", 11, "<forward mode='nat'/>"));
        lab.defineAndStart(LabNetwork.companion("now", 12, "<forward mode='route'/>"));
        lab.virtNft("apply", "before").ok();
        String table = lab.table();
        lab.writeProgram("/usr/sbin/kill", "#!/bin/sh\nexit 1\n");
        Result result = lab.virtNft("enable", "--yes");
        assertEquals(1, result.status(), result::toString);
        assertEquals(table, lab.table());
        assertEquals(List.of("vbr11"), lab.appliedBridges());
        assertEquals("", lab.read(LibvirtLab.HOOK));
    }

    /** As where a state was lost: whoever changes something finds it by libvirt's files, and it is open without rules. */
    @Test
    void anOwnerThatRanUnprotectedIsNotOpenedAgain() {
        defineBoth();
        lab.writeProgram("/usr/sbin/kill", "#!/bin/sh\nexit 1\n");
        Result result = lab.virtNft("enable", "--yes");
        assertEquals(1, result.status(), result::toString);
        assertTrue(
                result.err()
                        .contains("as it was before (but the rules of owner stay: nothing else protects its guests)"),
                result::toString);
        assertEquals(List.of("vbr12"), lab.appliedBridges());
        assertEquals("", lab.read(LibvirtLab.HOOK));
    }

    @Test
    void whoeverKillsItInTheMiddleFindsRulesInForceAndIsTold() {
        defineBoth();
        lab.sh("kill -STOP $(cat /run/libvirtd.pid)");
        Process enable = lab.launch("virt-nft", "enable", "--yes");
        LibvirtLab.await(
                Duration.ofSeconds(30),
                "the hook",
                () -> !lab.read(LibvirtLab.HOOK).isEmpty());
        assertEquals(List.of("vbr11", "vbr12"), lab.appliedBridges(), "the rules are there before the hook");
        lab.sh("for process in /proc/[0-9]*; do case $(cat $process/cmdline 2>/dev/null | tr '\\0' ' ') in"
                + " /*java' '*cli.Main' 'enable*) kill -KILL ${process#/proc/} ;; esac; done");
        LibvirtLab.await(Duration.ofSeconds(30), "its end", () -> !enable.isAlive());
        lab.sh("kill -CONT $(cat /run/libvirtd.pid)");

        assertEquals(List.of("vbr11", "vbr12"), lab.appliedBridges());
        lab.virtNft("enable", "--yes").ok();
        lab.virsh("net-destroy", "owner").ok();
        assertEquals(List.of("vbr11"), lab.appliedBridges(), "libvirt runs the hook");
        assertFalse(lab.virtNft("status").ok().contains("hook"));
    }

    @Test
    void autostartNetworksThatTheReloadStartsAreNamedAndApplied() {
        lab.defineAndStart(LabNetwork.companion("stopped", 11, "<forward mode='nat'/>"));
        lab.virsh("net-autostart", "stopped").ok();
        lab.virsh("net-destroy", "stopped").ok();

        String out = lab.virtNft("enable", "--yes").ok();

        assertTrue(
                out.contains("  start these, because libvirt starts autostart networks at a reload: stopped\n"), out);
        assertTrue(out.contains("stopped: applied\n"), out);
        assertTrue(lab.virsh("net-list", "--name").ok().contains("stopped"));
        assertEquals(List.of("vbr11"), lab.appliedBridges());
    }

    /** libvirt looks for scripts at each operation, once it has found one. */
    @ParameterizedTest
    @ValueSource(strings = {"network.d/10-mine", "network"})
    void whereLibvirtRunsAnotherHookAlreadyItIsNotReloaded(String other) {
        lab.stopDaemon();
        lab.sh("mkdir -p /etc/libvirt/hooks/network.d");
        lab.writeProgram("/etc/libvirt/hooks/" + other, "#!/bin/sh\nexit 0\n");
        // times are compared in seconds and clock ticks
        lab.sh("sleep 2.2");
        lab.startDaemon();
        lab.writeProgram("/usr/sbin/kill", "#!/bin/sh\nexit 1\n");

        String out = lab.virtNft("enable", "--yes").ok();

        assertTrue(out.contains("  (libvirt runs hooks of networks already, and need not be reloaded)\n"), out);
        lab.defineAndStart(LabNetwork.owner("owner", 12, NAT));
        assertEquals(List.of("vbr12"), lab.appliedBridges());
    }

    @Test
    void enabledOnceMoreItIsNotReloaded() {
        defineBoth();
        lab.virtNft("enable", "--yes").ok();
        String out = lab.virtNft("enable", "--yes").ok();
        assertTrue(out.contains("need not be reloaded"), out);
        lab.virsh("net-destroy", "owner").ok();
        assertEquals(List.of("vbr11"), lab.appliedBridges());
    }

    @Test
    void hookOnlySaysWhatTheReloadCosts() {
        lab.defineAndStart(LabNetwork.companion("companion", 11, "<forward mode='nat'/>"));
        String out = lab.virtNft("enable", "--yes", "--hook-only").ok();
        assertTrue(out.contains("not so without --hook-only"), out);
        assertEquals(List.of(), lab.appliedBridges());
    }
}
