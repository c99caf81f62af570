package org.virtnft.transaction;

/** Is told of each step before it is taken; a test makes it fail or die there. */
@FunctionalInterface
public interface StepListener {

    /** Listens to nothing. */
    StepListener NONE = step -> {};

    void before(Step step);
}
