package org.virtnft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.host.FormerDefinitions;
import org.virtnft.libvirt.LibvirtNetwork;
import org.virtnft.xml.Adoption;
import org.virtnft.xml.Problem;
import picocli.CommandLine.Command;

/** {@code virt-nft adopt}. */
@Command(
        name = "adopt",
        description =
                "Makes networks open for libvirt, with their former mode in our metadata, from their next start on.")
final class AdoptCommand extends ReshapingCommand {

    @Override
    Adoption.Rewriting rewrite(String source, byte[] xml) {
        return Adoption.adopt(source, xml);
    }

    @Override
    Optional<Reshaped> reshape(LibvirtNetwork network, String definition, List<Problem> errors) {
        Adoption.Rewriting rewriting = rewrite(source(network), definition.getBytes(StandardCharsets.UTF_8));
        errors.addAll(rewriting.errors());
        return rewriting
                .xml()
                .map(next -> Reshaped.of(
                        network, definition, rewriting, "libvirt's own rules for it go when it is started again"));
    }

    /** An adopted network that starts without our hook has no firewall at all. */
    @Override
    Optional<String> hindrance() {
        return new HookInForce(host(), state())
                .doubt()
                .map(why -> "not adopted, nothing was changed: the guests would start without protection, for " + why);
    }

    @Override
    void perform(List<Reshaped> all, FormerDefinitions former) throws IOException {
        List<Redefinition.Change> changes = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        boolean undone = true;
        try {
            for (Reshaped each : all) {
                kept.add(each.uuid());
                former.keep(each.uuid(), each.former());
                changes.add(new Redefinition.Change(
                        each.network().name(),
                        each.former(),
                        each.next(),
                        "'virsh net-define " + former.file(each.uuid()) + "' does it"));
            }
            new Redefinition(definitions()::store).perform(changes);
            undone = false;
        } catch (CommandException e) {
            undone = e.exitCode() != ExitCode.UNCERTAIN;
            throw e;
        } finally {
            if (undone) {
                for (String uuid : kept) {
                    former.forget(uuid);
                }
            }
        }
    }

    @Override
    String done(Reshaped each) {
        return "adopted as " + each.mode() + "; what it was is kept in " + former().file(each.uuid());
    }
}
