package org.virtnft.state;

/**
 * What we know of our table in the kernel.
 *
 * @param namespace the network namespace that it is in
 * @param template which version of the template it was made from
 * @param handles the handles of all that never changes
 * @param rules the listing that they are from, to say what somebody changed; "" where an earlier version of virt-nft wrote it
 */
public record TableState(String namespace, String template, String handles, String rules) {

    /** Before anything was applied. */
    public static final TableState NONE = new TableState("", "", "", "");
}
