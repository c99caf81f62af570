package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Addresses and prefixes against {@link BigInteger} and {@link InetAddress}. The long form: {@link Gen}. */
class AddressFuzzTest {

    @Test
    void textReadAgainIsTheSameAddress() {
        Gen.forAll(5_000, gen -> {
            Address address = gen.address(gen.of(Family.values()));

            assertEquals(address, Address.parse(address.toString()));
        });
    }

    @Test
    void textIsTheOneOfInetNtop() {
        Gen.forAll(5_000, gen -> {
            Address address = gen.address(Family.IPV6);

            assertEquals(ntop(address), address.toString());
        });
    }

    @Test
    void javaReadsTheTextAsTheSameBytes() {
        Gen.forAll(5_000, gen -> {
            Address address = gen.address(gen.of(Family.values()));

            // of numbers, so that no name server is asked
            byte[] java = InetAddress.getByName(
                            address.family() == Family.IPV6 ? "[" + address + "]" : address.toString())
                    .getAddress();

            assertArrayEquals(bytes(address, java.length), java);
        });
    }

    /** In brackets no text is taken for a name, so Java can be asked about any. */
    @Test
    void takesForIpv6WhatJavaTakes() {
        Gen.forAll(10_000, gen -> {
            StringBuilder text = new StringBuilder(gen.address(Family.IPV6).toString());
            for (int i = gen.number(0, 3); i > 0; i--) {
                int at = gen.number(0, text.length() - 1);
                switch (gen.number(0, 2)) {
                    case 0 -> text.insert(at, gen.of(":", "::", ".", "0", "f", "1.2.3.4", "g", "-"));
                    case 1 -> text.setCharAt(at, gen.of(':', '.', '0', '9', 'F', ' '));
                    default -> text.deleteCharAt(at);
                }
                if (text.isEmpty()) {
                    text.append("::");
                }
            }
            // Java is more generous with zeros in front; without a colon we read IPv4, and Java might ask a name server
            if (text.indexOf(":") < 0 || text.toString().matches(".*([0-9a-fA-F]{5}|\\b0[0-9]+\\.|\\.0[0-9]).*")) {
                return;
            }
            assertEquals(byJava(text.toString()), byUs(text.toString()), "'" + text + "'");
        });
    }

    private static String byJava(String text) {
        try {
            return new BigInteger(1, InetAddress.getByName("[" + text + "]").getAddress())
                    .and(BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE))
                    .toString();
        } catch (UnknownHostException e) {
            return "refused";
        }
    }

    private static String byUs(String text) {
        try {
            return Address.parse(text)
                    .toNumber()
                    .and(BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE))
                    .toString();
        } catch (IllegalArgumentException e) {
            return "refused";
        }
    }

    @Test
    void prefixesAreArithmetic() {
        Gen.forAll(5_000, gen -> {
            Family family = gen.of(Family.values());
            Address address = gen.address(family);
            int prefixLength = gen.prefixLength(family);
            BigInteger size = BigInteger.ONE.shiftLeft(family.bits() - prefixLength);
            BigInteger first = address.toNumber().divide(size).multiply(size);

            Subnet subnet = Subnet.around(address, prefixLength);

            assertEquals(first, subnet.address().toNumber());
            assertEquals(first, subnet.range().first().toNumber());
            assertEquals(
                    first.add(size).subtract(BigInteger.ONE),
                    subnet.range().last().toNumber());
        });
    }

    @Test
    void containmentIsComparison() {
        Gen.forAll(5_000, gen -> {
            Family family = gen.of(Family.values());
            Subnet subnet = gen.subnet(family);
            // of two unrelated ones hardly any lies in the other
            Subnet other = gen.oneIn(2)
                    ? gen.subnet(gen.of(Family.values()))
                    : Subnet.around(subnet.range().last(), gen.prefixLength(family));
            boolean sameFamily = subnet.family() == other.family();
            boolean first = subnet.range()
                            .first()
                            .toNumber()
                            .compareTo(other.range().first().toNumber())
                    <= 0;
            boolean last = subnet.range()
                            .last()
                            .toNumber()
                            .compareTo(other.range().last().toNumber())
                    >= 0;

            assertEquals(sameFamily && first && last, subnet.contains(other), subnet + " and " + other);
            assertTrue(subnet.contains(subnet.address()));
        });
    }

    @Test
    void orderIsTheOneOfNumbers() {
        Gen.forAll(5_000, gen -> {
            Family family = gen.of(Family.values());
            Address one = gen.address(family);
            Address other = gen.address(family);

            assertEquals(one.toNumber().compareTo(other.toNumber()), Integer.signum(one.compareTo(other)));
        });
    }

    private static byte[] bytes(Address address, int length) {
        byte[] all = address.toNumber().toByteArray();
        byte[] found = new byte[length];
        // Java shortens ::ffff:a.b.c.d to the IPv4 address, of 4 bytes
        for (int i = 1; i <= Math.min(all.length, length); i++) {
            found[length - i] = all[all.length - i];
        }
        return found;
    }

    /** glibc's inet_ntop once more, by text instead of by numbers. */
    private static String ntop(Address address) {
        String[] groups = new String[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = address.toNumber()
                    .shiftRight(112 - 16 * i)
                    .and(BigInteger.valueOf(0xffff))
                    .toString(16);
        }
        for (int length = 8; length >= 2; length--) {
            for (int start = 0; start + length <= 8; start++) {
                if (Arrays.stream(groups, start, start + length).allMatch("0"::equals)) {
                    String head = String.join(":", Arrays.copyOfRange(groups, 0, start));
                    String tail = String.join(":", Arrays.copyOfRange(groups, start + length, 8));
                    boolean ipv4Tail = start == 0 && (length == 6 || (length == 5 && groups[5].equals("ffff")));
                    if (ipv4Tail) {
                        long low = address.low() & 0xffff_ffffL;
                        tail = (length == 5 ? "ffff:" : "") + new Address(Family.IPV4, 0, low);
                    }
                    return head + "::" + tail;
                }
            }
        }
        return String.join(":", groups);
    }
}
