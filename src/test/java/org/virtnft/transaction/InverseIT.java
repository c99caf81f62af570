package org.virtnft.transaction;

import org.virtnft.kernel.TestKernel;
import org.virtnft.kernel.TestNamespace;

/** On the real kernel. */
class InverseIT extends InverseOnAnyKernel {
    @Override
    TestKernel newKernel() {
        return TestNamespace.create();
    }
}
