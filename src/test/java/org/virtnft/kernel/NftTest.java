package org.virtnft.kernel;

/** On tables in memory. */
class NftTest extends NftOnAnyKernel {
    @Override
    TestKernel newKernel() {
        return new FakeKernel();
    }
}
