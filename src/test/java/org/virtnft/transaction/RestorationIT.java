package org.virtnft.transaction;

import org.virtnft.kernel.TestKernel;
import org.virtnft.kernel.TestNamespace;

/** On the real kernel. */
class RestorationIT extends RestorationOnAnyKernel {
    @Override
    TestKernel newKernel() {
        return TestNamespace.create();
    }
}
