package org.virtnft.network;

/**
 * An {@code <ip>} of a network: the host's own address on the bridge, and with it one subnet of the guests.
 *
 * @param prefixLength bits of the subnet
 */
public record BridgeAddress(Address address, int prefixLength) {

    public Family family() {
        return address.family();
    }

    public Subnet subnet() {
        return Subnet.around(address, prefixLength);
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
