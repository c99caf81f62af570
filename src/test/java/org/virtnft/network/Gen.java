package org.virtnft.network;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Random values for property tests, and the loop that asks a property for many of them.
 *
 * <p>By default every property sees a fixed number of cases from a fixed seed: a build says the same twice, in a second or two.
 * The long form goes on for a time, from a new seed: {@code mvn test -Dtest='*FuzzTest' -Dfuzz.seconds=600} (for each
 * property). A failure names its seed: {@code -Dfuzz.seed=SEED -Dfuzz.cases=1} runs that case alone.
 */
public final class Gen {

    private static final long USUAL_SEED = 20_261_124;

    /** What means something to nft, XML, a shell or a terminal. */
    private static final String SPECIAL = "{}\"'\\;#$*@&<>%=,:. \t\n\r\u001b\u009b\u202e-";

    private final RandomGenerator random;

    private Gen(long seed) {
        random = new SplittableRandom(seed);
    }

    /** What is to hold for every case. */
    public interface Property {
        /** Takes what it needs from {@code gen}, and fails as an ordinary test does. */
        void holds(Gen gen) throws Exception;
    }

    /**
     * Asks a property for many cases.
     *
     * @param cases how many, in the short form
     */
    public static void forAll(int cases, Property property) {
        long seconds = Long.getLong("fuzz.seconds", 0);
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        long first = Long.getLong("fuzz.seed", seconds > 0 ? System.nanoTime() & 0xffff_ffff_ffffL : USUAL_SEED);
        int count = Integer.getInteger("fuzz.cases", cases);
        for (long i = 0; seconds > 0 ? System.nanoTime() < deadline : i < count; i++) {
            long seed = first + i;
            try {
                property.holds(new Gen(seed));
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " (-Dfuzz.seed=" + seed + " -Dfuzz.cases=1): " + e, e);
            }
        }
    }

    /** A number from {@code least} to {@code most}, both included. */
    public int number(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    /** True in one of {@code many} cases. */
    public boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }

    /** One of these. */
    @SafeVarargs
    public final <T> T of(T... values) {
        return values[random.nextInt(values.length)];
    }

    /** One of these. */
    public <T> T of(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /** An address, often with runs of zeros and ones: there the mistakes are. */
    public Address address(Family family) {
        if (family == Family.IPV4) {
            return new Address(family, 0, bits() & 0xffff_ffffL);
        }
        return new Address(family, bits(), bits());
    }

    private long bits() {
        long value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 16 | of(0, 0, 0, 0xffff, 1, number(0, 0xffff));
        }
        return value;
    }

    /** A prefix length. */
    public int prefixLength(Family family) {
        return of(number(0, family.bits()), family.bits(), family.bits() / 2);
    }

    /** A subnet. */
    public Subnet subnet(Family family) {
        return Subnet.around(address(family), prefixLength(family));
    }

    /** A name that we accept. */
    public InterfaceName interfaceName() {
        String letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
        StringBuilder name = new StringBuilder().append(letters.charAt(number(0, letters.length() - 4)));
        int length = number(1, 15);
        while (name.length() < length) {
            name.append(letters.charAt(number(0, letters.length() - 1)));
        }
        return new InterfaceName(name.toString());
    }

    /** Text as an enemy would write it: any characters, and many that mean something to nft, XML, a shell or a terminal. */
    public String text(int longest) {
        StringBuilder text = new StringBuilder();
        int length = number(0, longest);
        while (text.length() < length) {
            switch (number(0, 5)) {
                case 0 -> text.appendCodePoint(number(0, 0x10ffff));
                case 1 -> text.append((char) number(0, 0xff));
                case 2 -> text.append(SPECIAL.charAt(number(0, SPECIAL.length() - 1)));
                case 3 ->
                    text.append(of("\" ; delete table ip x #", "jump ", " . ", " : ", "0.0.0.0/0", "elements = {"));
                default -> text.append((char) number('a', 'z'));
            }
        }
        return text.toString();
    }

    /** A network with rules: any mode, both shapes. */
    public VirtualNetwork network(String name, InterfaceName bridge) {
        Forward forward = forward();
        BridgeAddress[] addresses = new BridgeAddress[number(forward instanceof Forward.Isolated ? 0 : 1, 5)];
        for (int i = 0; i < addresses.length; i++) {
            Family family = of(Family.values());
            addresses[i] = new BridgeAddress(address(family), prefixLength(family));
        }
        return new VirtualNetwork(name, bridge, of(Shape.values()), forward, List.of(addresses));
    }

    private Forward forward() {
        Optional<InterfaceName> uplink = oneIn(2) ? Optional.of(interfaceName()) : Optional.empty();
        return switch (number(0, 4)) {
            case 0 -> new Forward.Isolated();
            case 1 -> new Forward.Route(uplink);
            default ->
                new Forward.Nat(
                        uplink,
                        oneIn(2),
                        oneIn(2) ? Optional.of(addressRange()) : Optional.empty(),
                        oneIn(2) ? portRange() : PortRange.UNPRIVILEGED);
        };
    }

    /** A pool as libvirt takes it: within one /16. */
    public AddressRange addressRange() {
        Subnet within = Subnet.around(address(Family.IPV4), number(16, 32));
        return within.range();
    }

    /** A range of ports. */
    public PortRange portRange() {
        int first = number(1, 65534);
        return new PortRange(first, number(first + 1, 65535));
    }
}
