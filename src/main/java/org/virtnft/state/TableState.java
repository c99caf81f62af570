package org.virtnft.state;

/**
 * What we know of our table in the kernel: the state's record, which is there also when nothing is applied. Where it is not, the state was
 * lost, or never begun.
 *
 * @param namespace the network namespace that it is in; "" without a record
 * @param template which version of the template it was made from; "" without a table
 * @param handles the handles of all that never changes; "" without a table
 * @param rules the listing that they are from, to say what somebody changed; "" where an earlier version of virt-nft wrote it
 */
public record TableState(String namespace, String template, String handles, String rules) {

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
