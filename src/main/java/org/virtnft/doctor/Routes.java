package org.virtnft.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.virtnft.host.HostFiles;
import org.virtnft.network.Address;
import org.virtnft.network.Family;
import org.virtnft.network.Subnet;

/** Where the kernel's main table sends packets: subnets by device, without those of multicast, of links and of the host itself. */
public record Routes(Map<String, List<Subnet>> byDevice) {

    /** RTF_LOCAL and RTF_ANYCAST (linux/ipv6_route.h): the host's own addresses. */
    private static final long OWN = 0x8010_0000L;

    public Routes {
        byDevice = Map.copyOf(byDevice);
    }

    /** Those of this host; what cannot be read is no route. */
    public static Routes of(HostFiles files) {
        Map<String, List<Subnet>> found = new HashMap<>();
        for (String line : lines(files.root().resolve("proc/net/route"))) {
            String[] words = line.strip().split("\\s+");
            if (words.length > 7 && words[1].matches("[0-9A-F]{8}") && words[7].matches("[0-9A-F]{8}")) {
                int length = Long.bitCount(Long.parseLong(words[7], 16));
                add(found, words[0], Subnet.around(Address.parse(dotted(words[1])), length));
            }
        }
        for (String line : lines(files.root().resolve("proc/net/ipv6_route"))) {
            String[] words = line.strip().split("\\s+");
            boolean own = words.length < 10 || (Long.parseLong(words[8], 16) & OWN) != 0;
            if (!own && !words[0].matches("(ff|fe[89ab]).*")) {
                Address address = Address.parse(words[0].replaceAll("(.{4})(?=.)", "$1:"));
                add(found, words[9], Subnet.around(address, Integer.parseInt(words[1], 16)));
            }
        }
        return new Routes(found);
    }

    /** The kernel prints the number as it lies in memory, its first byte last on the machines that we know. */
    private static String dotted(String hex) {
        List<String> bytes = new ArrayList<>();
        for (int i = 6; i >= 0; i -= 2) {
            bytes.add(Integer.toString(Integer.parseInt(hex.substring(i, i + 2), 16)));
        }
        return String.join(".", bytes);
    }

    private static void add(Map<String, List<Subnet>> found, String device, Subnet subnet) {
        if (subnet.prefixLength() > 0) {
            found.computeIfAbsent(device, each -> new ArrayList<>()).add(subnet);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The devices of routes to one half of all addresses: 0.0.0.0/1 and 128.0.0.0/1, ::/1 and 8000::/1. */
    List<String> halves(Family family) {
        return byDevice.entrySet().stream()
                .filter(each -> !each.getKey().equals("lo"))
                .filter(each -> each.getValue().stream()
                        .anyMatch(subnet -> subnet.family() == family && subnet.prefixLength() == 1))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    List<Subnet> by(String device) {
        return byDevice.getOrDefault(device, List.of());
    }
}
