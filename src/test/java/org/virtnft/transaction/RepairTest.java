package org.virtnft.transaction;

import org.virtnft.kernel.FakeKernel;
import org.virtnft.kernel.TestKernel;

/** On tables in memory. */
class RepairTest extends RepairOnAnyKernel {
    @Override
    TestKernel newKernel() {
        return new FakeKernel();
    }
}
