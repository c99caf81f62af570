package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.virtnft.demo.Lab;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.launcher.Program;
import org.virtnft.libvirt.GuidePage.Example;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/**
 * Every example of the README and of the guide, run in the order of its page by root in this checkout, and what it prints compared with
 * what is shown; see {@link GuidePage}. Each page has a host of its own, where virt-nft is installed and not enabled, and libvirt runs two
 * networks: {@code default}, nat, and {@code lab}, routed, with a guest each.
 *
 * <p>{@code -Dgolden.rewrite=true} writes what was printed in place of what is shown and is not so, and fails.
 */
class GuideIT {

    private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");

    /** Where this checkout is there. */
    private static final String CHECKOUT = "/run/checkout";

    private static final String NETWORK = """
            <network>
              <name>%s</name>
              <uuid>9ab5f2f8-1d6c-4b3e-8a57-2f0c4e6d7b0%d</uuid>
              <forward mode='%s'/>
              <bridge name='virbr%2$d' stp='off'/>
              <ip address='%s' netmask='255.255.255.0'/>
            </network>
            """;

    static List<GuidePage> pages() {
        return GuidePage.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void itsExamplesAreTrue(GuidePage page) throws IOException {
        List<String> rewritten = new ArrayList<>(page.lines());
        List<String> wrong = new ArrayList<>();
        try (LibvirtLab libvirt = LibvirtLab.start(Kind.INSTALLED);
                Lab lab = new Lab()) {
            // Its own /tmp, for other tests look there whether a demo leaves nothing; the checkout may lie below the
            // common one.
            libvirt.sh("mkdir -p /var/lib/libvirt/dnsmasq " + CHECKOUT + " && mount --bind '"
                    + Program.basedir().toAbsolutePath() + "' " + CHECKOUT + " && mount -t tmpfs tmpfs /tmp");
            define(libvirt, NETWORK.formatted("default", 0, "nat", "192.168.122.1"));
            define(libvirt, NETWORK.formatted("lab", 1, "route", "192.168.124.1"));
            VirtualizationHost host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
            host.outside("eth0", "outside", List.of("198.51.100.1/24"), List.of("198.51.100.2/24"));
            host.bridgeOfOthers("virbr0", List.of("192.168.122.1/24"));
            host.bridgeOfOthers("virbr1", List.of("192.168.124.1/24"));
            host.guest("virbr0", "guest", List.of("192.168.122.10/24"));
            host.guest("virbr1", "other", List.of("192.168.124.10/24"));

            List<String> ofTheBlock = new ArrayList<>();
            int block = -1;
            int status = 0;
            for (Example example : page.examples()) {
                List<String> printed = ofTheBlock;
                boolean statusIsShown = example.command().equals("echo $?");
                if (statusIsShown) {
                    printed = List.of(Integer.toString(status));
                    status = 0;
                } else if (!example.command().isEmpty()) {
                    succeeded(status, wrong);
                    if (example.block() != block && !example.isHidden()) {
                        ofTheBlock.clear();
                        block = example.block();
                    }
                    Result result = run(libvirt, example);
                    status = result.status();
                    printed = result.out().lines().toList();
                    ofTheBlock.addAll(printed);
                    if (example.shown().isEmpty() && status != 0) {
                        fail(page + ": " + example.command() + ": " + result);
                    }
                }
                compare(page, example, printed, wrong, rewritten);
            }
            succeeded(status, wrong);
        }
        if (REWRITE && !wrong.isEmpty()) {
            Files.write(page.file(), rewritten);
        }
        assertEquals("", String.join("\n", wrong));
    }

    private static void define(LibvirtLab libvirt, String xml) {
        libvirt.define(xml);
        libvirt.virsh("net-start", xml.replaceAll("(?s).*<name>(.*)</name>.*", "$1"))
                .ok();
    }

    private static Result run(LibvirtLab libvirt, Example example) {
        String command = example.isHidden() ? example.command() : GuidePage.runnable(example.command());
        return libvirt.run("bash", "-c", "exec 2>&1\ncd " + CHECKOUT + "\n" + command);
    }

    private static void succeeded(int status, List<String> wrong) {
        if (status != 0) {
            wrong.add("exit status " + status + ", which the page does not show by 'echo $?'");
        }
    }

    private static void compare(
            GuidePage page, Example example, List<String> printed, List<String> wrong, List<String> rewritten) {
        Optional<List<String>> shown = example.shown();
        if (shown.isEmpty() || GuidePage.matches(shown.get(), printed)) {
            return;
        }
        wrong.add(page + ":" + (example.from() + 1) + ": " + example.command() + " prints\n"
                + String.join("\n", printed) + "\nand not\n" + String.join("\n", shown.get()));
        // What stands behind it in the page has moved by what was added before.
        int moved = rewritten.size() - page.lines().size();
        List<String> place = rewritten.subList(example.from() + moved, example.to() + moved);
        place.clear();
        place.addAll(printed);
    }
}
