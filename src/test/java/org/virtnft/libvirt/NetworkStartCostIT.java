package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;

/** What a start costs with our hook and without. Printed, not judged: machines differ. */
class NetworkStartCostIT {

    private static final int RUNS = 3;

    @Test
    void costIsPrinted() {
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            LabNetwork network = LabNetwork.companion("net", 11, "<forward mode='nat'/>");
            lab.define(network.xml());
            LabNetwork open = LabNetwork.of("open", 12, "", "<forward mode='open'/>", LabNetwork.ip(12));
            lab.define(open.xml());
            startsAndStops(lab, "net", "a companion with our hook");
            startsAndStops(lab, "open", "an open network with our hook");
            lab.write("/run/lab/hook.xml", "<hookData>" + network.xml() + "</hookData>");
            hookAlone(lab);
            lab.sh("rm " + LibvirtLab.HOOK);
            startsAndStops(lab, "net", "a companion without our hook");
            startsAndStops(lab, "open", "an open network without our hook");
            assertEquals(List.of(), lab.appliedBridges());
        }
    }

    private static void startsAndStops(LibvirtLab lab, String network, String what) {
        double[] start = new double[RUNS];
        double[] stop = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            start[i] = seconds(lab, "virsh -q -c network:///system net-start " + network, "%R");
            stop[i] = seconds(lab, "virsh -q -c network:///system net-destroy " + network, "%R");
        }
        print("net-start of " + what, start);
        print("net-destroy of " + what, stop);
    }

    private static void hookAlone(LibvirtLab lab) {
        for (String operation : List.of("start", "stopped", "started")) {
            double[] wall = new double[RUNS];
            double[] processor = new double[RUNS];
            for (int i = 0; i < RUNS; i++) {
                String hook = LibvirtLab.HOOK + " net " + operation + " begin - </run/lab/hook.xml";
                wall[i] = seconds(lab, hook, "%R");
                processor[i] = seconds(lab, hook, "%U + %S");
            }
            print("the hook alone, " + operation, wall);
            print("the hook alone, " + operation + ", processor time", processor);
        }
        assertEquals(List.of(), lab.appliedBridges());
    }

    /** Measured by a shell inside, for entering takes time too. */
    private static double seconds(LibvirtLab lab, String command, String format) {
        String script = "TIMEFORMAT='" + format + "'; time { " + command + " >/dev/null; } 2>&1";
        LibvirtLab.Result result = lab.run("bash", "-euc", script);
        result.ok();
        double sum = 0;
        for (String word : result.err().strip().split(" \\+ ")) {
            sum += Double.parseDouble(word);
        }
        assertTrue(sum >= 0);
        return sum;
    }

    private static void print(String what, double[] seconds) {
        double[] sorted = DoubleStream.of(seconds).sorted().toArray();
        System.out.printf(
                Locale.ROOT, "%s: %.3f s at best, median %.3f s of %d%n", what, sorted[0], sorted[RUNS / 2], RUNS);
    }
}
