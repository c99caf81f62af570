package org.virtnft.report;

import java.io.IOException;
import java.util.Optional;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HookTrust;
import org.virtnft.host.HostFiles;
import org.virtnft.host.LibvirtDaemon;
import org.virtnft.state.StateDirectory;

/** Whether libvirt runs our hook when a network starts, as far as that can be told without starting one. */
public record HookInForce(HostFiles files, StateDirectory state) {

    /** libvirt looks for hooks when it starts or reloads, and remembers. */
    public boolean notSeen() {
        // both of one tick of the kernel's coarse clock: the mark came after the hook
        long hook = files.hook().toFile().lastModified();
        if (hook == 0 || state.hookMark().seen() >= hook) {
            return false;
        }
        return LibvirtDaemon.running(files)
                .filter(daemon -> daemon.startedBy().toEpochMilli() < hook)
                .isPresent();
    }

    /** What others than root can change of the hook and of what it runs; empty when there is nothing. */
    public Optional<String> openToOthers() {
        try {
            return new HookTrust(files).doubt();
        } catch (IOException e) {
            return Optional.of("whose the hook is cannot be seen (run as root): " + e.getMessage());
        }
    }

    /** Why a network that nothing but our rules protects might start without them; empty when nothing speaks for that. */
    public Optional<String> doubt() {
        HookCopy.Condition condition;
        try {
            condition = new HookCopy(files).condition();
        } catch (IOException e) {
            return Optional.of("the hook cannot be read (run as root): " + e.getMessage());
        }
        return switch (condition) {
            case ABSENT -> Optional.of("the hook is not there: run 'virt-nft enable'");
            case CHANGED ->
                Optional.of("the hook " + files.hook()
                        + " was changed by somebody (its text, or not executable, or a link):" + " run 'rm "
                        + files.hook() + "', then 'virt-nft enable'");
            case CURRENT, OUTDATED ->
                notSeen()
                        ? Optional.of(
                                "the hook is younger than libvirt's daemon, which may not run it: run 'virt-nft enable'")
                        : openToOthers();
        };
    }
}
