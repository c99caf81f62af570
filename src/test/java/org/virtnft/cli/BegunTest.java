package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.virtnft.transaction.Step;

/** Between nothing begun and an end, the process that is asked to end waits; there is no moment that is neither. */
class BegunTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Begun begun = Begun.unwatched();

    @Test
    void nothingBeginsAfterTheEndWasAskedFor() {
        assertFalse(begun.interrupted());
        CommandException refused = assertThrows(CommandException.class, begun::changing);
        assertEquals("interrupted; nothing was changed", refused.getMessage());
    }

    @Test
    void whatWasBegunIsWaitedFor() throws InterruptedException {
        begun.changing();
        assertTrue(begun.interrupted());
        begun.changing(); // the next step of it
        Thread end = new Thread(() -> begun.ended(2));
        end.start();
        assertEquals(OptionalInt.of(2), begun.awaitEnd(PATIENCE));
        end.join();
    }

    @Test
    void anEndThatDoesNotComeIsNotWaitedForForEver() {
        begun.changing();
        assertEquals(OptionalInt.empty(), begun.awaitEnd(Duration.ofMillis(20)));
    }

    @Test
    void theTerminalIsLeftWhenSomethingBeginsAndOnlyOnce() {
        AtomicInteger left = new AtomicInteger();
        Begun apart = new Begun(left::incrementAndGet);
        assertEquals(0, left.get(), "a question can still be answered");
        apart.changing();
        apart.changing();
        assertEquals(1, left.get());
    }

    @Test
    void whatHasEndedIsNotInterrupted() {
        begun.changing();
        begun.ended(0);
        assertFalse(begun.interrupted());
    }

    /** Whoever waits for the lock has not begun; whoever has it may have to go back first by a dead command's journal. */
    @Test
    void aChangeBeginsWithTheLock() {
        begun.byChanges().before(Step.RECOVER);
        assertTrue(begun.interrupted());
    }
}
