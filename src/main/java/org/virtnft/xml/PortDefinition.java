package org.virtnft.xml;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jdom2.Document;
import org.jdom2.Element;
import org.jdom2.JDOMException;

/**
 * A {@code <networkport>}, what libvirt remembers of a guest's interface (src/conf/virnetworkportdef.c).
 *
 * @param uuid by which the guest knows it
 * @param unplugged the port without what its network gave it: libvirt gives that anew when it makes the port
 */
public record PortDefinition(String uuid, String unplugged) {

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static PortDefinition of(String xml) {
        try {
            Document document = XmlParser.parse(xml.getBytes(StandardCharsets.UTF_8));
            Element port = document.getRootElement();
            Optional<String> uuid = Optional.ofNullable(port.getChildText("uuid"));
            if (!port.getName().equals("networkport") || uuid.isEmpty()) {
                throw new IllegalArgumentException("this is no network port");
            }
            port.removeChildren("plug");
            // the bridge's traffic class for a guaranteed bandwidth
            port.getChildren("bandwidth").forEach(bandwidth -> bandwidth.removeAttribute("classID"));
            port.removeChildren("class");
            return new PortDefinition(uuid.get(), XmlText.of(document));
        } catch (JDOMException | IOException e) {
            throw new IllegalArgumentException("this network port cannot be read: " + e.getMessage(), e);
        }
    }
}
