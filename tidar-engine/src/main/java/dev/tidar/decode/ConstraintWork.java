package dev.tidar.decode;

import dev.tidar.api.GenerationFailedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Does the work that constraints need for the turns of a step: on the engine thread as long as it is little, and on
 * another thread where it is more. A sequence whose turn is made elsewhere has no part in the steps until then; the
 * others go on. Work is counted in elementary steps of 5 to 30 nanoseconds and not in time, so what is done where does
 * not depend on the machine. Tokens do not depend on it at all: a turn is the same wherever it was made.
 *
 * <p>Work that is small but for its first use, such as the first mask of a schema, does not wait for large work: there
 * is one thread for each. Confined to the engine thread.
 */
public final class ConstraintWork implements AutoCloseable {

    /** The steps that all turns of an engine step may take on the engine thread. */
    static final long STEP_STEPS = 60_000;

    /** The steps that one turn may take on the engine thread; beyond it another thread makes the turn. */
    static final long ATTEMPT_STEPS = 20_000;

    /** The steps that a turn may take on the thread for small work. */
    static final long SMALL_STEPS = 2_000_000;

    /** The steps that a turn may take at all. */
    static final long MAX_STEPS = 50_000_000;

    private final Executor small;
    private final Executor large;
    private final Runnable onDone;
    private final Runnable letIdleThreadsEnd;
    private final long stepSteps;
    private final long attemptSteps;
    private long left;

    private ConstraintWork(
            Executor small,
            Executor large,
            Runnable onDone,
            Runnable letIdleThreadsEnd,
            long stepSteps,
            long attemptSteps) {
        this.small = small;
        this.large = large;
        this.onDone = onDone;
        this.letIdleThreadsEnd = letIdleThreadsEnd;
        this.stepSteps = stepSteps;
        this.attemptSteps = attemptSteps;
        this.left = stepSteps;
    }

    /** Does everything at once, on the thread that asks. */
    static ConstraintWork unlimited() {
        return new ConstraintWork(Runnable::run, Runnable::run, () -> {}, () -> {}, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Does a little at once and the rest on two threads, which end when they are not needed.
     *
     * @param threads makes an executor with one thread of a name, which should end when it is idle and not take time
     *     that the engine thread could have
     * @param onDone called on one of them when a turn is made, or cannot be made
     */
    public static ConstraintWork onOtherThreads(Function<String, ThreadPoolExecutor> threads, Runnable onDone) {
        ThreadPoolExecutor small = threads.apply("tidar-masks-small");
        ThreadPoolExecutor large = threads.apply("tidar-masks-large");
        Runnable letIdleThreadsEnd = () -> {
            small.setKeepAliveTime(1, TimeUnit.NANOSECONDS);
            large.setKeepAliveTime(1, TimeUnit.NANOSECONDS);
        };
        return new ConstraintWork(small, large, onDone, letIdleThreadsEnd, STEP_STEPS, ATTEMPT_STEPS);
    }

    /** The same with other threads, for tests. */
    static ConstraintWork on(Executor small, Executor large, Runnable onDone) {
        return new ConstraintWork(small, large, onDone, () -> {}, STEP_STEPS, ATTEMPT_STEPS);
    }

    /** Takes steps that nobody counts: those of work that is little by its nature. */
    static void uncounted(long steps) {}

    /** Keeps no idle thread from now on. */
    @Override
    public void close() {
        letIdleThreadsEnd.run();
    }

    /** Begins an engine step: its turns have the whole budget again. */
    public void beginStep() {
        left = stepSteps;
    }

    /** Does the work at once; empty if it takes more steps than there are. */
    <T> Optional<T> attempt(Function<LongConsumer, T> work) {
        Meter meter = new Meter(Math.min(left, attemptSteps), Optional.empty());
        try {
            return Optional.of(work.apply(meter));
        } catch (Exhausted e) {
            return Optional.empty();
        } finally {
            left -= Math.min(left, meter.spent);
        }
    }

    /**
     * Lets another thread do the work.
     *
     * @param isLarge whether it is known to be more than small work
     */
    <T> Pending<T> start(Function<LongConsumer, T> work, boolean isLarge) {
        Pending<T> pending = new Pending<>();
        (isLarge ? large : small).execute(() -> make(work, pending, isLarge));
        return pending;
    }

    private <T> void make(Function<LongConsumer, T> work, Pending<T> pending, boolean isLarge) {
        Meter meter = new Meter(isLarge ? MAX_STEPS : SMALL_STEPS, Optional.of(pending));
        try {
            T made = work.apply(meter);
            pending.steps = meter.spent;
            pending.result.complete(made);
        } catch (Exhausted e) {
            if (!isLarge) {
                large.execute(() -> make(work, pending, true));
                return;
            }
            pending.result.completeExceptionally(new GenerationFailedException(
                    "the form of the answer is too complex: what may come next takes more than the limit of %d steps"
                            .formatted(MAX_STEPS),
                    null));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) { // the request's own, see result()
            pending.result.completeExceptionally(e);
        }
        onDone.run();
    }

    /** What another thread makes. */
    static final class Pending<T> {
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private volatile boolean cancelled;
        private volatile long steps;

        private Pending() {}

        boolean isDone() {
            return result.isDone();
        }

        /** The steps that it took, once it is done. */
        long steps() {
            return steps;
        }

        /** Ends the work soon; nobody asks for its result. */
        void cancel() {
            cancelled = true;
        }

        /**
         * The result, once it is done.
         *
         * @throws GenerationFailedException if it takes more steps than are allowed, or it failed
         */
        T result() {
            try {
                return result.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof GenerationFailedException failure
                        ? failure
                        : new GenerationFailedException("what may come next could not be computed: " + e.getCause(), e);
            }
        }
    }

    /** Counts steps, and ends the work where there are too many or nobody waits for it. Confined to one thread. */
    private static final class Meter implements LongConsumer {
        private final long limit;
        private final Optional<Pending<?>> owner;
        private long spent;

        Meter(long limit, Optional<Pending<?>> owner) {
            this.limit = limit;
            this.owner = owner;
        }

        @Override
        public void accept(long steps) {
            spent += steps;
            if (spent > limit || owner.isPresent() && owner.get().cancelled) {
                throw new Exhausted();
            }
        }
    }

    /** Ends work that takes too many steps. */
    private static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exhausted() {
            super("too many steps", null, false, false);
        }
    }
}
