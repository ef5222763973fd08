package dev.tidar.spring;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/** Who uses the engine of one model: requests that are there or about to be submitted. Confined to a lock. */
final class EngineUsers {

    /** How often whoever waits for requests looks whether only their listeners are left. */
    private static final long LOOK_NANOS = 50_000_000;

    /** In how many looks in a row there must be no request, because a look may miss one that changes its place. */
    private static final int LOOKS = 2;

    private final Condition change;
    private int users;
    /** Those of them that are about to be submitted. */
    private int entering;
    /** Counts what has used the engine, so that a timer finds out whether anything has since it was set. */
    private long uses;

    /** @param lock to be held by whoever calls a method */
    EngineUsers(Lock lock) {
        this.change = lock.newCondition();
    }

    /** Counts one in that is about to submit a request. */
    void enter() {
        users++;
        entering++;
        uses++;
    }

    /** Tells that one that has entered is about to submit no more; it is a user until it leaves. */
    void entered() {
        entering--;
    }

    /** Counts one out. */
    void leave() {
        users--;
        if (users == 0) {
            change.signalAll();
        }
    }

    boolean isEmpty() {
        return users == 0;
    }

    long uses() {
        return uses;
    }

    /**
     * Waits until no request needs the engine. One that has ended does not, even where its listener does not return.
     *
     * @param hasRequests whether any request waits or runs
     * @param isOver whether to wait no longer; {@link #wake} when it changes
     */
    void awaitEnd(BooleanSupplier hasRequests, BooleanSupplier isOver) throws InterruptedException {
        int without = 0;
        while (users > 0 && without < LOOKS && !isOver.getAsBoolean()) {
            change.awaitNanos(LOOK_NANOS);
            without = entering > 0 || hasRequests.getAsBoolean() ? 0 : without + 1;
        }
    }

    /** Lets {@link #awaitEnd} look again. */
    void wake() {
        change.signalAll();
    }
}
