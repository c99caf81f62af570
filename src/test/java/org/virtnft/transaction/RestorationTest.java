package org.virtnft.transaction;

import org.virtnft.kernel.FakeKernel;
import org.virtnft.kernel.TestKernel;

/** On tables in memory. */
class RestorationTest extends RestorationOnAnyKernel {
    @Override
    TestKernel newKernel() {
        return new FakeKernel();
    }
}
