package org.virtnft.transaction;

/** The steps of a change, in order. A failure at any of them leaves what was before. */
public enum Step {
    /** Go back first by the journal of a process that died. The lock is held from here on. */
    RECOVER,
    /** Ask the kernel whether our table is what the state says. */
    READ_KERNEL,
    /** Write down what to go back to. */
    OPEN_JOURNAL,
    /** Write the script to a file, for only of a file nft names lines. */
    WRITE_SCRIPT,
    /** Run it: the one moment at which packets meet other rules. */
    COMMIT,
    /** Ask for the elements that must be there now. */
    READ_BACK,
    /** After a rebuild, read the handles of all that never changes. */
    READ_HANDLES,
    /** Write a network's file: for each of them. */
    SAVE_NETWORKS,
    /** Write what is known of the table. */
    SAVE_TABLE,
    /** Forget what to go back to. */
    CLOSE_JOURNAL
}
