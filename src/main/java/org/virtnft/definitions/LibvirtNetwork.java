package org.virtnft.definitions;

import java.util.Optional;

/**
 * A network of libvirt's.
 *
 * @param liveXml what is running; empty when the network is not active
 * @param persistentXml what it will be at its next start; empty when it is transient
 */
public record LibvirtNetwork(String name, Optional<String> liveXml, Optional<String> persistentXml) {

    public boolean isActive() {
        return liveXml.isPresent();
    }
}
