package dev.tidar.test;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A place in an answer where the engine waits until the test lets it go on, so that a test can look at what is there
 * while an answer is under way. Like a slow forward it keeps all requests of its engine waiting. Thread-safe.
 */
public final class Gate {

    /** How long the engine and the test wait for each other; far longer than a test takes that is not stuck. */
    private static final long PATIENCE_SECONDS = 60;

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /**
     * Waits until the engine has come to this place. What comes before it has been handed to the listener then, whose
     * thread may still be on its way with it.
     *
     * @throws IllegalStateException if no answer comes here within a minute
     */
    public void awaitReached() throws InterruptedException {
        if (!reached.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no answer has come to the gate within %d s".formatted(PATIENCE_SECONDS));
        }
    }

    /** Lets the engine go on, also if it comes later. Further calls have no effect. */
    public void open() {
        open.countDown();
    }

    /** Is called on the engine thread. */
    void pass() {
        reached.countDown();
        try {
            if (!open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no test has opened the gate within %d s".formatted(PATIENCE_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted at a gate", e);
        }
    }
}
