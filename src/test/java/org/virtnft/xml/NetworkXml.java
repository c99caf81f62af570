package org.virtnft.xml;

import java.nio.charset.StandardCharsets;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.Gen;
import org.virtnft.network.PortRange;
import org.virtnft.network.Subnet;

/** Random network XML: valid documents, and what an enemy or a broken disk makes of them. */
public final class NetworkXml {

    private NetworkXml() {}

    /** A document that libvirt takes, and so must we: every mode, both shapes, everything that bears on a rule. */
    public static String valid(Gen gen) {
        String mode = gen.of("none", "nat", "nat", "route", "open", "owner", "owner");
        StringBuilder xml = new StringBuilder("<network")
                .append(gen.of("", " ipv6='yes'", " ipv6='no'"))
                .append('>');
        xml.append("<name>").append(escaped(name(gen))).append("</name>");
        String owned = gen.of("none", "nat", "nat", "route");
        if (mode.equals("owner")) {
            xml.append("<metadata><a:b xmlns:a='http://example.org/'><a:forward mode='nat'/></a:b>");
            xml.append("<n:network xmlns:n='").append(OurElement.NAMESPACE).append("'>\n");
            xml.append(forward(gen, "n:", owned)).append("</n:network></metadata>");
            xml.append("<forward mode='open'/>");
        } else if (mode.equals("open") || gen.oneIn(4)) {
            xml.append("<metadata><a:b xmlns:a='http://example.org/'>x</a:b></metadata>");
        }
        if (!mode.equals("owner") && !(mode.equals("none") && gen.oneIn(2))) {
            xml.append(mode.equals("open") ? "<forward mode='open'/>" : forward(gen, "", mode));
        }
        xml.append("<bridge name='").append(gen.interfaceName()).append("' stp='off'/>");
        boolean needsIp = !mode.equals("open") && !(mode.equals("owner") ? owned : mode).equals("none");
        for (int i = gen.number(needsIp ? 1 : 0, 4); i > 0; i--) {
            xml.append(ip(gen));
        }
        xml.append("</network>");
        return gen.oneIn(4) ? "<hookData>" + xml + "<networkport/></hookData>" : xml.toString();
    }

    private static String name(Gen gen) {
        String name = plain(gen.text(30)).replace("/", "");
        return name.isBlank() ? "n" : "n" + name;
    }

    /** Without what no XML document may hold. */
    private static String plain(String text) {
        return text.replaceAll("[^\\x20-\\ud7ff\\ue000-\\ufffd]", "");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String forward(Gen gen, String prefix, String mode) {
        StringBuilder xml = new StringBuilder("<")
                .append(prefix)
                .append("forward mode='")
                .append(mode)
                .append("'");
        boolean mayHaveUplink = !mode.equals("none");
        String device = gen.interfaceName().value();
        if (mayHaveUplink && gen.oneIn(3)) {
            xml.append(" dev='").append(device).append("'");
        }
        xml.append('>');
        if (mayHaveUplink && prefix.isEmpty() && gen.oneIn(3) && xml.indexOf("dev=") < 0) {
            xml.append("<interface dev='").append(device).append("'/>");
        }
        if (mode.equals("nat") && gen.oneIn(2)) {
            xml.append('<')
                    .append(prefix)
                    .append("nat")
                    .append(gen.of("", " ipv6='yes'", " ipv6='no'"))
                    .append(">\n");
            if (gen.oneIn(2)) {
                AddressRange pool = gen.addressRange();
                xml.append(range(
                        prefix + "address", pool.first().toString(), pool.last().toString()));
            }
            if (gen.oneIn(2)) {
                PortRange ports = gen.oneIn(4) ? new PortRange(0, 0) : gen.portRange();
                xml.append(range(prefix + "port", "" + ports.first(), "" + ports.last()));
            }
            xml.append("</").append(prefix).append("nat>");
        }
        return xml.append("</").append(prefix).append("forward>").toString();
    }

    private static String range(String element, String start, String end) {
        return "<" + element + " start='" + start + "' end='" + end + "'/>";
    }

    private static String ip(Gen gen) {
        Family family = gen.of(Family.values());
        Address address = gen.address(family);
        StringBuilder xml = new StringBuilder("<ip address='").append(address).append("'");
        if (family == Family.IPV6) {
            xml.append(" family='ipv6'");
        }
        int bits = gen.prefixLength(family);
        if (family == Family.IPV4 && gen.oneIn(3)) {
            Address ones = Address.parse("255.255.255.255");
            xml.append(" netmask='").append(Subnet.around(ones, bits).address()).append("'");
        } else {
            // 0 asks for the default, which class D has not
            xml.append(" prefix='").append(Math.max(bits, 1)).append("'");
        }
        return xml.append("/>").toString();
    }

    /** The document, changed in a few places: bytes, pieces of it moved, words of an enemy. */
    public static byte[] mutated(Gen gen, String valid) {
        StringBuilder xml = new StringBuilder(valid);
        if (gen.oneIn(2)) {
            // well-formed still, so that it comes past the parser
            for (int i = gen.number(1, 3); i > 0; i--) {
                if (gen.oneIn(3)) {
                    element(gen, xml);
                } else {
                    attribute(gen, xml);
                }
            }
            return xml.toString().getBytes(StandardCharsets.UTF_8);
        }
        for (int i = gen.number(1, 4); i > 0; i--) {
            int at = gen.number(0, xml.length() - 1);
            int end = Math.min(xml.length(), at + gen.number(1, 20));
            switch (gen.number(0, 6)) {
                case 0 -> xml.delete(at, end);
                case 1 -> xml.insert(at, xml.substring(at, end));
                case 2 -> xml.insert(gen.number(0, xml.length()), xml.substring(at, end));
                case 3 -> xml.insert(at, gen.text(20));
                case 4 -> attribute(gen, xml);
                case 5 -> xml.insert(at, gen.of(WORDS));
                default -> element(gen, xml);
            }
            if (xml.length() == 0) {
                xml.append('<');
            }
        }
        byte[] bytes = xml.toString().getBytes(StandardCharsets.UTF_8);
        if (gen.oneIn(4)) {
            bytes[gen.number(0, bytes.length - 1)] ^= (byte) (1 << gen.number(0, 7));
        }
        return bytes;
    }

    private static final String[] WORDS = {
        "<!DOCTYPE network [<!ENTITY x 'y'>]>",
        "<?xml version='1.1'?>",
        "&#1;",
        "&#x9b;",
        "&x;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?x?>",
        " xmlns='http://virt-nft.org/xmlns/libvirt/network/1.0'",
        " xmlns:n=''",
        "<metadata/>",
        "<forward mode='nat'/>",
        "<n:forward mode='nat'/>",
        "<ip/>",
        "<ip address='0.0.0.0' prefix='0'/>",
        "\0"
    };

    /** Gives an attribute another value: what stays well-formed goes deeper into the reader. */
    private static void attribute(Gen gen, StringBuilder xml) {
        int from = xml.indexOf("='", gen.number(0, xml.length() - 1));
        int to = from < 0 ? -1 : xml.indexOf("'", from + 2);
        if (to > 0) {
            String value = gen.of(
                    plain(gen.text(20)),
                    "",
                    "0",
                    "-1",
                    "99999999999",
                    "1.2.3.4",
                    "::",
                    "yes",
                    "nat",
                    "x*",
                    "a\"b",
                    "eth0",
                    "24");
            xml.replace(from + 2, to, escaped(value).replace("'", "&apos;"));
        }
    }

    /** Takes an element out, or writes it twice. */
    private static void element(Gen gen, StringBuilder xml) {
        int to = xml.indexOf("/>", gen.number(0, xml.length() - 1));
        int from = xml.lastIndexOf("<", to);
        if (to > 0 && from >= 0) {
            String element = xml.substring(from, to + 2);
            xml.replace(from, to + 2, gen.oneIn(2) ? "" : element + element);
        }
    }
}
