package org.virtnft.network;

/** An address prefix: a network address and the number of its leading bits that count. */
public record Subnet(Address address, int prefixLength) implements Comparable<Subnet> {

    /**
     * @throws IllegalArgumentException when the length is not one of the family's, or host bits are set
     */
    public Subnet {
        if (prefixLength < 0 || prefixLength > address.family().bits()) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " is not in 0.."
                    + address.family().bits());
        }
        if (!address.endsWithin(prefixLength)) {
            throw new IllegalArgumentException(address + "/" + prefixLength + " has host bits set");
        }
    }

    /** The subnet in which {@code address} lies. */
    public static Subnet around(Address address, int prefixLength) {
        return new Subnet(address.masked(prefixLength), prefixLength);
    }

    public Family family() {
        return address.family();
    }

    /** Its lowest and highest address. */
    public AddressRange range() {
        return new AddressRange(address, address.filled(prefixLength));
    }

    public boolean contains(Address other) {
        return other.family() == family() && other.masked(prefixLength).equals(address);
    }

    /** Whether every address of {@code other} is in this subnet too. */
    public boolean contains(Subnet other) {
        return other.prefixLength >= prefixLength && contains(other.address);
    }

    @Override
    public int compareTo(Subnet other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(prefixLength, other.prefixLength);
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
