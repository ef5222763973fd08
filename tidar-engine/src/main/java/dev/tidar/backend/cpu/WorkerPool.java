package dev.tidar.backend.cpu;

import dev.tidar.api.DeviceException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the items of one job at a time. The calling thread works too, so one thread means no workers.
 *
 * <p>Items are taken one by one from a counter, so that a thread that is delayed does not delay the rest. Between jobs
 * a worker spins for a moment, because the next job of a forward follows within microseconds, and then parks.
 *
 * <p>{@link #run} and {@link #close} belong to one thread. An interrupt of that thread changes only how it waits: its
 * flag is kept and the job is completed.
 */
public final class WorkerPool implements AutoCloseable {

    private static final long SPIN_NANOS = 50_000;

    /** Part of a verb. */
    @FunctionalInterface
    public interface Job {

        /**
         * Computes one item.
         *
         * @param item in {@code [0, items)}
         * @param worker whose scratch to use, in {@code [0, threads)}; 0 is the calling thread
         */
        void run(int item, int worker);
    }

    private final Worker[] workers;
    private volatile Round current = new Round((item, worker) -> {}, 0);
    private volatile boolean closed;

    /** Starts the workers, daemons named {@code tidar-cpu-1} and so on. */
    public WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be positive, but is " + threads);
        }
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1, current);
            start(workers[i]);
        }
    }

    /** Starts a worker; the system may have fewer threads left than were asked for. */
    private void start(Worker worker) {
        try {
            worker.start();
        } catch (OutOfMemoryError e) { // what the JVM throws for a thread that it cannot have
            closed = true;
            Arrays.stream(workers).filter(Objects::nonNull).forEach(LockSupport::unpark);
            throw new DeviceException(
                    "the system starts no more threads for the %d of the CPU backend; set fewer threads"
                            .formatted(threads()),
                    e);
        }
    }

    /** The number of threads that work on a job, the calling one included. */
    public int threads() {
        return workers.length + 1;
    }

    /**
     * Runs all items and returns when they are done.
     *
     * @throws RuntimeException the first failure of an item, or {@link Error}; items not started by then are left out,
     *     and the pool stays usable
     */
    public void run(int items, Job job) {
        if (closed) {
            throw new IllegalStateException("the CPU backend is closed");
        }
        if (workers.length == 0 || items == 1) {
            for (int item = 0; item < items; item++) {
                job.run(item, 0);
            }
            return;
        }
        Round round = new Round(job, items);
        current = round;
        for (Worker worker : workers) {
            if (worker.parked) {
                LockSupport.unpark(worker);
            }
        }
        round.work(0);
        round.await();
    }

    /** Ends the workers and waits for them, unless interrupted. */
    @Override
    public void close() {
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
        for (Worker worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** One job and its progress. A worker that comes too late finds no item left and touches nothing. */
    private static final class Round {
        private final Job job;
        private final int items;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger left;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Round(Job job, int items) {
            this.job = job;
            this.items = items;
            this.left = new AtomicInteger(items);
        }

        void work(int worker) {
            int done = 0;
            for (int item = next.getAndIncrement(); item < items; item = next.getAndIncrement()) {
                attempt(item, worker);
                done++;
            }
            if (done > 0 && left.addAndGet(-done) == 0 && worker != 0) {
                LockSupport.unpark(caller);
            }
        }

        private void attempt(int item, int worker) {
            if (failure.get() != null) {
                return;
            }
            try {
                job.run(item, worker);
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        }

        void await() {
            long start = System.nanoTime();
            while (left.get() > 0) {
                if (System.nanoTime() - start < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            Throwable thrown = failure.get();
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw (RuntimeException) thrown;
            }
        }
    }

    private final class Worker extends Thread {
        private final int number;
        private Round seen;
        private volatile boolean parked;

        Worker(int number, Round seen) {
            super("tidar-cpu-" + number);
            this.number = number;
            this.seen = seen;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!closed) {
                Round round = current;
                if (round == seen) {
                    waitForWork();
                } else {
                    seen = round;
                    round.work(number);
                }
            }
        }

        private void waitForWork() {
            long start = System.nanoTime();
            while (current == seen && !closed && System.nanoTime() - start < SPIN_NANOS) {
                Thread.onSpinWait();
            }
            parked = true;
            // This looks again after the flag is set: a caller either sees the flag or is seen here.
            while (current == seen && !closed) {
                LockSupport.park(this);
                Thread.interrupted();
            }
            parked = false;
        }
    }
}
