package org.virtnft.libvirt;

import java.util.UUID;

/**
 * A network for a lab: bridge {@code vbrN}, IPv4 subnet {@code 192.168.N.0/24}.
 *
 * @param name may hold what XML would read otherwise
 */
record LabNetwork(String name, int number, String xml) {

    static final String NAMESPACE = "http://virt-nft.org/xmlns/libvirt/network/1.0";

    /** A network that libvirt makes rules for; forward is its element, "" for an isolated one. */
    static LabNetwork companion(String name, int number, String forward) {
        return of(name, number, "", forward, ip(number));
    }

    /** A network that we alone protect; forward is our element, with prefix nft. */
    static LabNetwork owner(String name, int number, String forward) {
        return of(name, number, metadata(forward), "<forward mode='open'/>", ip(number));
    }

    /** Any network. */
    static LabNetwork of(String name, int number, String metadata, String forward, String ips) {
        String escaped = name.replace("&", "&amp;").replace("<", "&lt;");
        return new LabNetwork(
                name,
                number,
                "<network>\n"
                        + "  <name>" + escaped + "</name>\n"
                        + "  <uuid>" + UUID.nameUUIDFromBytes(LibvirtLab.utf8(name)) + "</uuid>\n"
                        + "  " + metadata + "\n"
                        + "  " + forward + "\n"
                        // a port of a bridge with STP forwards only after seconds
                        + "  <bridge name='" + bridge(number) + "' stp='off'/>\n"
                        + "  <dns enable='no'/>\n"
                        + "  " + ips + "\n"
                        + "</network>\n");
    }

    static String metadata(String content) {
        return "<metadata><nft:network xmlns:nft='" + NAMESPACE + "'>" + content + "</nft:network></metadata>";
    }

    static String ip(int number) {
        return "<ip address='192.168." + number + ".1' prefix='24'/>";
    }

    String bridge() {
        return bridge(number);
    }

    private static String bridge(int number) {
        return "vbr" + number;
    }

    /** The host's address on the bridge. */
    String gateway() {
        return address(1);
    }

    /** An address of the network. */
    String address(int last) {
        return "192.168." + number + "." + last;
    }
}
