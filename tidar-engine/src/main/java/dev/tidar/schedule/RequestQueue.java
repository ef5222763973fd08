package dev.tidar.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The requests that wait to run, in the order of their change, with preempted requests before all others. Thread-safe:
 * callers add requests, and the engine thread takes them.
 */
final class RequestQueue {

    private final int capacity;
    private final ArrayDeque<ScheduledSequence> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition change = lock.newCondition();
    private boolean woken;

    /** @param capacity the largest number of new requests that wait; there is always room for a preempted one */
    RequestQueue(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Adds a new request at the end.
     *
     * @param freePlaces the number of requests that may start at once, so that they do not count as waiting
     * @return false if the queue is full
     */
    boolean offer(ScheduledSequence request, int freePlaces) {
        lock.lock();
        try {
            if (waiting.size() >= capacity + freePlaces) {
                return false;
            }
            waiting.addLast(request);
            change.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Puts a preempted request before all others. */
    void returnFirst(ScheduledSequence request) {
        lock.lock();
        try {
            waiting.addFirst(request);
        } finally {
            lock.unlock();
        }
    }

    /** The next request; it stays in the queue. */
    Optional<ScheduledSequence> first() {
        lock.lock();
        try {
            return Optional.ofNullable(waiting.peekFirst());
        } finally {
            lock.unlock();
        }
    }

    /** The requests that wait at this moment, in their order. */
    List<ScheduledSequence> all() {
        lock.lock();
        try {
            return List.copyOf(waiting);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a request, if it is still there. */
    void remove(ScheduledSequence request) {
        lock.lock();
        try {
            waiting.remove(request);
        } finally {
            lock.unlock();
        }
    }

    /** Removes the requests that meet a condition. */
    List<ScheduledSequence> removeIf(Predicate<ScheduledSequence> condition) {
        List<ScheduledSequence> removed = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<ScheduledSequence> all = waiting.iterator(); all.hasNext(); ) {
                ScheduledSequence request = all.next();
                if (condition.test(request)) {
                    all.remove();
                    removed.add(request);
                }
            }
        } finally {
            lock.unlock();
        }
        return removed;
    }

    /** Waits until other than this number of requests wait, or for {@link #wake}, but no longer than this time. */
    void await(int number, long millis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (waiting.size() == number && !woken && left > 0) {
                left = change.awaitNanos(left);
            }
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #await}. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            change.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }
}
