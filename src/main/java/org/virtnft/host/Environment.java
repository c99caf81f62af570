package org.virtnft.host;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What programs that we start are told of our own environment: a list of what they may be told, for nobody knows all that decides
 * what a program does (tc loads code from TC_LIB_DIR, python from PYTHONPATH). systemctl and systemd-run need nothing of it as root: they
 * speak to systemd's own socket.
 */
final class Environment {

    /** Where programs are looked for, in this order. */
    static final List<String> FOLDERS = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

    /** How to write to a terminal; LC_ALL is the launcher's. */
    private static final Set<String> KEPT = Set.of("TERM", "NO_COLOR", "COLUMNS", "LC_ALL");

    private Environment() {}

    static void limit(Map<String, String> environment) {
        environment.keySet().retainAll(KEPT);
        environment.put("PATH", String.join(":", FOLDERS));
    }
}
