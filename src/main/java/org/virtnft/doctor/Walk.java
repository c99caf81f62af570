package org.virtnft.doctor;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A packet's way through the chains of one table. */
final class Walk {

    /** The kernel's own bound (NFT_JUMP_STACK_SIZE), and no file may keep us longer. */
    private static final int DEEPEST = 16;

    /**
     * Where a packet ended.
     *
     * @param rule the one that dropped it; empty for the base chain's policy
     */
    record Drop(String chain, Optional<Rule> rule) {}

    /** How a chain ends for the packet. */
    private record End(Optional<Drop> drop) {
        private static final End ACCEPTED = new End(Optional.empty());
    }

    private final Table table;
    private final Packet packet;
    private final boolean withoutLibvirts;
    /** A chain says the same each time. */
    private final Map<String, Optional<End>> known = new HashMap<>();

    private Walk(Table table, Packet packet, boolean withoutLibvirts) {
        this.table = table;
        this.packet = packet;
        this.withoutLibvirts = withoutLibvirts;
    }

    /**
     * Where a base chain drops the packet; empty when it passes.
     *
     * @param withoutLibvirts as if libvirt had no rules: so it is for a network that was adopted
     */
    static Optional<Drop> drop(Table table, Chain base, Packet packet, boolean withoutLibvirts) {
        Optional<End> end = new Walk(table, packet, withoutLibvirts).through(base.name(), 0);
        if (end.isPresent()) {
            return end.get().drop();
        }
        boolean accepts = base.base().map(Chain.Base::accepts).orElse(true);
        return accepts ? Optional.empty() : Optional.of(new Drop(base.name(), Optional.empty()));
    }

    private Optional<End> through(String name, int depth) {
        Chain chain = table.chains().get(name);
        if (chain == null || depth > DEEPEST || (withoutLibvirts && name.startsWith("LIBVIRT_"))) {
            return Optional.empty();
        }
        Optional<End> before = known.get(name);
        if (before != null) {
            return before;
        }
        Optional<End> end = ask(chain, depth);
        known.put(name, end);
        return end;
    }

    private Optional<End> ask(Chain chain, int depth) {
        for (Rule rule : chain.rules()) {
            if (!rule.speaksOf(packet)) {
                continue;
            }
            Verdict verdict = rule.verdict();
            if (verdict instanceof Verdict.Drop) {
                return Optional.of(new End(Optional.of(new Drop(chain.name(), Optional.of(rule)))));
            } else if (verdict instanceof Verdict.Accept
                    || verdict instanceof Verdict.Translate
                    || verdict instanceof Verdict.Forward) {
                return Optional.of(End.ACCEPTED);
            } else if (verdict instanceof Verdict.Return) {
                return Optional.empty();
            } else if (verdict instanceof Verdict.Jump jump) {
                Optional<End> end = through(jump.chain(), depth + 1);
                if (end.isPresent() || !jump.comesBack()) {
                    return end;
                }
            }
        }
        return Optional.empty();
    }
}
