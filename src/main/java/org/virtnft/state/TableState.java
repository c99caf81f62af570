package org.virtnft.state;

import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.virtnft.network.InterfaceName;

/**
 * What we know of our table in the kernel: the state's record, which is there also when nothing is applied. Where it is not, the state was
 * lost, or never begun.
 *
 * @param namespace the network namespace that it is in; "" without a record
 * @param template which version of the template it was made from; "" without a table
 * @param handles the handles of all that never changes; "" without a table
 * @param rules the listing that they are from, to say what somebody changed; "" where an earlier version of virt-nft wrote it
 * @param bridges those of the networks that are applied: one whose file is missing is known to be; 0.1.0 wrote none
 */
public record TableState(
        String namespace, String template, String handles, String rules, NavigableSet<InterfaceName> bridges) {

    public TableState {
        bridges = Collections.unmodifiableNavigableSet(new TreeSet<>(bridges));
    }

    /** The same without networks. */
    public TableState(String namespace, String template, String handles, String rules) {
        this(namespace, template, handles, rules, Collections.emptyNavigableSet());
    }

    /** The same table with these networks. */
    public TableState with(NavigableSet<InterfaceName> others) {
        return new TableState(namespace, template, handles, rules, others);
    }

    /** No record. */
    public static final TableState NONE = new TableState("", "", "", "");

    /** The record of a namespace in which nothing is applied. */
    public static TableState empty(String namespace) {
        return new TableState(namespace, "", "", "");
    }

    /** Whether there is a record. */
    public boolean isRecorded() {
        return !namespace.isEmpty();
    }
}
