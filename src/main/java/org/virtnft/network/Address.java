package org.virtnft.network;

import java.math.BigInteger;

/**
 * An IPv4 or IPv6 address. Its text is the one that inet_ntop(3) gives, because nft prints addresses so and our elements
 * are compared with nft's.
 *
 * <p>{@link java.net.InetAddress} would do, but may ask a name server for what is no address, and costs the hook 30 ms.
 *
 * @param high the upper 64 bits of an IPv6 address; 0 for IPv4
 * @param low the lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 address
 */
public record Address(Family family, long high, long low) implements Comparable<Address> {

    /**
     * Reads a numeric address.
     *
     * @throws IllegalArgumentException when it is none; short and octal IPv4 forms are refused, for programs differ on them
     */
    public static Address parse(String text) {
        return text.indexOf(':') >= 0 ? parseIpv6(text) : new Address(Family.IPV4, 0, parseIpv4(text, text));
    }

    private static long parseIpv4(String text, String whole) {
        long value = 0;
        int octets = 0;
        int digits = 0;
        int octet = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? '.' : text.charAt(i);
            if (c == '.') {
                if (digits == 0 || octet > 255 || ++octets > 4) {
                    throw notAnAddress(whole);
                }
                value = value << 8 | octet;
                digits = 0;
                octet = 0;
            } else if (c >= '0' && c <= '9' && digits < 3 && !(digits > 0 && octet == 0)) {
                octet = octet * 10 + (c - '0');
                digits++;
            } else {
                throw notAnAddress(whole);
            }
        }
        if (octets != 4) {
            throw notAnAddress(whole);
        }
        return value;
    }

    private static Address parseIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            throw notAnAddress(text);
        }
        int[] head = groups(gap < 0 ? text : text.substring(0, gap), gap < 0, text);
        int[] tail = gap < 0 ? new int[0] : groups(text.substring(gap + 2), true, text);
        int given = head.length + tail.length;
        if (gap < 0 ? given != 8 : given > 7) {
            throw notAnAddress(text);
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 8; i++) {
            int fromEnd = 8 - i;
            int group = i < head.length ? head[i] : fromEnd <= tail.length ? tail[tail.length - fromEnd] : 0;
            if (i < 4) {
                high = high << 16 | group;
            } else {
                low = low << 16 | group;
            }
        }
        return new Address(Family.IPV6, high, low);
    }

    /** The 16-bit groups of one side of the "::"; an IPv4 tail counts as two. */
    private static int[] groups(String side, boolean mayEndInIpv4, String whole) {
        if (side.isEmpty()) {
            return new int[0];
        }
        int[] found = new int[9];
        int count = 0;
        int start = 0;
        while (start <= side.length()) {
            int end = side.indexOf(':', start);
            if (end < 0) {
                end = side.length();
            }
            String group = side.substring(start, end);
            if (count >= 8) {
                throw notAnAddress(whole);
            }
            if (group.indexOf('.') >= 0 && end == side.length() && mayEndInIpv4) {
                long ipv4 = parseIpv4(group, whole);
                found[count++] = (int) (ipv4 >>> 16);
                found[count++] = (int) (ipv4 & 0xffff);
            } else {
                found[count++] = hex(group, whole);
            }
            start = end + 1;
        }
        int[] result = new int[count];
        System.arraycopy(found, 0, result, 0, count);
        return result;
    }

    private static int hex(String group, String whole) {
        int value = 0;
        for (int i = 0; i < group.length(); i++) {
            int digit = group.charAt(i) < 128 ? Character.digit(group.charAt(i), 16) : -1;
            if (digit < 0) {
                throw notAnAddress(whole);
            }
            value = value << 4 | digit;
        }
        if (group.isEmpty() || group.length() > 4) {
            throw notAnAddress(whole);
        }
        return value;
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("'" + text + "' is not a numeric IPv4 or IPv6 address");
    }

    /** This address with all bits behind the first {@code prefixLength} cleared. */
    Address masked(int prefixLength) {
        if (family == Family.IPV4) {
            return new Address(family, 0, low & upperBits(prefixLength + 32) & 0xffffffffL);
        }
        return new Address(family, high & upperBits(prefixLength), low & upperBits(prefixLength - 64));
    }

    /** Whether all bits behind the first {@code prefixLength} are clear. */
    boolean endsWithin(int prefixLength) {
        return family == Family.IPV4
                ? (low & ~upperBits(prefixLength + 32)) == 0
                : (high & ~upperBits(prefixLength)) == 0 && (low & ~upperBits(prefixLength - 64)) == 0;
    }

    /** This address with all bits behind the first {@code prefixLength} set. */
    Address filled(int prefixLength) {
        if (family == Family.IPV4) {
            return new Address(family, 0, (low | ~upperBits(prefixLength + 32)) & 0xffffffffL);
        }
        return new Address(family, high | ~upperBits(prefixLength), low | ~upperBits(prefixLength - 64));
    }

    private static long upperBits(int count) {
        return count <= 0 ? 0 : count >= 64 ? -1L : -1L << (64 - count);
    }

    /** The address as a number, for arithmetic on ranges. */
    public BigInteger toNumber() {
        return new BigInteger(Long.toUnsignedString(high))
                .shiftLeft(64)
                .add(new BigInteger(Long.toUnsignedString(low)));
    }

    @Override
    public int compareTo(Address other) {
        int byFamily = family.compareTo(other.family);
        int byHigh = byFamily != 0 ? byFamily : Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return family == Family.IPV4 ? ipv4Text(low) : ipv6Text();
    }

    private static String ipv4Text(long bits) {
        return (bits >>> 24 & 255) + "." + (bits >>> 16 & 255) + "." + (bits >>> 8 & 255) + "." + (bits & 255);
    }

    private int group(int index) {
        return (int) ((index < 4 ? high >>> (48 - 16 * index) : low >>> (112 - 16 * index)) & 0xffff);
    }

    private String ipv6Text() {
        int bestStart = -1;
        int bestLength = 1; // glibc does not shorten a single group of zeros
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && group(i + length) == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
            i += length;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            // ::a.b.c.d and ::ffff:a.b.c.d are the two forms that glibc prints with an IPv4 tail
            if (i == 6 && bestStart == 0 && (bestLength == 6 || (bestLength == 5 && group(5) == 0xffff))) {
                return text.append(ipv4Text(low & 0xffffffffL)).toString();
            }
            text.append(Integer.toHexString(group(i)));
        }
        return text.toString();
    }
}
