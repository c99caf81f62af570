package org.virtnft.transaction;

import org.virtnft.kernel.FakeKernel;
import org.virtnft.kernel.TestKernel;

/** On tables in memory. */
class InverseTest extends InverseOnAnyKernel {
    @Override
    TestKernel newKernel() {
        return new FakeKernel();
    }
}
