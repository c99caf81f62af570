package org.virtnft.transaction;

import org.virtnft.kernel.TestKernel;

/** What others do to our table. */
final class Vandals {

    private Vandals() {}

    /** Adds rules, a chain, a set, an element and a comment. */
    static void alterRules(TestKernel kernel) {
        kernel.load("""
                add set inet virt_nft theirs { type ipv4_addr; flags interval,timeout; comment "a } of theirs"; }
                add element inet virt_nft theirs { 192.0.2.0/24 timeout 3h, 198.51.100.1-198.51.100.77 }
                add chain inet virt_nft theirs
                add rule inet virt_nft theirs ip saddr @theirs tcp dport { 22, 80-90 } counter packets 7 bytes 700 accept
                insert rule inet virt_nft forward ct state new jump theirs comment "ours now"
                add element inet virt_nft companion { "x1" }
                """);
    }
}
