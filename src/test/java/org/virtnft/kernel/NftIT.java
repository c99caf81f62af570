package org.virtnft.kernel;

/** On the real kernel. */
class NftIT extends NftOnAnyKernel {
    @Override
    TestKernel newKernel() {
        return TestNamespace.create();
    }
}
