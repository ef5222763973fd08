package dev.tidar.schedule;

import dev.tidar.activity.Activity;
import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.TidarException;
import dev.tidar.decode.ConstraintWork;
import dev.tidar.decode.Decoder;
import dev.tidar.delivery.LogLimit;
import dev.tidar.draft.DraftWish;
import dev.tidar.draft.Drafter;
import dev.tidar.kvcache.KvCache;
import dev.tidar.kvcache.PrefixCache;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves with one loaded engine: one step after the other, until the engine closes, is drained, or fails for good. What
 * goes wrong in a step or for a request ends the requests that it concerns. Confined to the engine thread.
 */
final class StepLoop {

    private static final Logger log = LoggerFactory.getLogger(StepLoop.class);

    /** How long an idle engine sleeps before it looks for cached blocks that have expired. */
    private static final long IDLE_MILLIS = 10_000;

    /** How long cancellations and time limits may wait where all requests wait for their constraints. */
    private static final long PENDING_MILLIS = 10;

    /** Plans in a row that may have no rows although requests run; one is enough to preempt or to end some. */
    private static final int MAX_EMPTY_PLANS = 1_000;

    private final Scheduler scheduler;
    private final Decoder decoder;
    private final Optional<Drafter> drafter;
    private final ConstraintWork work;
    private final List<ScheduledSequence> running;
    private final RequestQueue queue;
    private final Lifecycle lifecycle;
    private final LogLimit faults;
    private final Activity activity;
    private int emptyPlans;

    /**
     * @param drafter runs the draft model; empty where there is none
     * @param work does the work for constraints, also for the decoder
     * @param queue the requests that wait
     * @param faults limits the lines about what goes wrong
     * @param activity is told of each step
     */
    StepLoop(
            Scheduler scheduler,
            Decoder decoder,
            Optional<Drafter> drafter,
            ConstraintWork work,
            RequestQueue queue,
            Lifecycle lifecycle,
            LogLimit faults,
            Activity activity) {
        this.scheduler = scheduler;
        this.decoder = decoder;
        this.drafter = drafter;
        this.work = work;
        this.running = scheduler.running();
        this.queue = queue;
        this.lifecycle = lifecycle;
        this.faults = faults;
        this.activity = activity;
    }

    /**
     * Serves until the engine closes or is drained.
     *
     * @param engine the engine, whose KV caches drop what has expired while there is nothing to do
     * @param errands done between steps
     * @throws DeviceException if the device fails for good
     * @throws RuntimeException a failure that is nobody's in particular, so that it would come again
     */
    void run(Engine engine, Errands errands) {
        try {
            List<KvCache> caches = engine.caches();
            while (awaitWork(caches, errands)) {
                stepInTurn(engine.turns());
            }
        } catch (RuntimeException | Error e) {
            scheduler.failRunning(typed(e));
            throw e;
        } finally {
            scheduler.failRunning(new EngineClosedException("the engine was closed while the request ran"));
        }
    }

    /** Waiting for the turn is no part of the step, so that it counts neither as its time nor as a stalled forward. */
    private void stepInTurn(Lock turns) {
        if (!takeTurn(turns)) {
            return;
        }
        try {
            work.beginStep();
            step();
        } finally {
            turns.unlock();
        }
    }

    /** Waits for the turn; returns false where the engine closes meanwhile. */
    private boolean takeTurn(Lock turns) {
        while (!lifecycle.isClosed()) {
            try {
                if (turns.tryLock(PENDING_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            } catch (InterruptedException e) {
                log.debug("The engine thread was interrupted, which does not concern it: it ends by close()");
            }
        }
        return false;
    }

    /** A failure of the engine thread, as callers get it. */
    static TidarException typed(Throwable failure) {
        if (failure instanceof TidarException known) {
            return known;
        }
        return failure instanceof OutOfMemoryError
                ? new DeviceException("the Java heap is too small for this model; raise -Xmx", failure)
                : new DeviceException("the engine thread failed: " + failure, failure);
    }

    /** Waits until there is work and returns true; returns false when the engine closes or is drained. */
    private boolean awaitWork(List<KvCache> caches, Errands errands) {
        errands.run(caches);
        while (!lifecycle.isClosed() && running.isEmpty() && queue.size() == 0) {
            if (lifecycle.isDraining()) {
                return false;
            }
            caches.stream().flatMap(kv -> kv.prefixes().stream()).forEach(PrefixCache::expire);
            await(0, IDLE_MILLIS);
            errands.run(caches);
        }
        return !lifecycle.isClosed();
    }

    /** Waits until something happens, or other than this number of requests wait, but no longer than this time. */
    private void await(int waiting, long millis) {
        try {
            queue.await(waiting, millis);
        } catch (InterruptedException e) {
            log.debug("The engine thread was interrupted, which does not concern it: it ends by close()");
        }
    }

    /**
     * Plans a step and runs its forward. A failure that {@link Scheduler#plan} could blame on a request has ended that
     * request; any other failure of a plan ends the engine, because the next plan would fail in the same way.
     */
    private void step() {
        StepPlan plan = plan();
        if (plan.isEmpty()) {
            if (!running.isEmpty() && running.stream().allMatch(StepLoop::isPending)) {
                await(queue.size(), PENDING_MILLIS);
            }
            return;
        }
        runForwards(() -> {
            long begin = activity.now();
            decoder.step(plan.turns());
            long nanos = activity.now() - begin;
            activity.stepEnded(plan.turns(), nanos);
            scheduler.complete(plan, nanos);
        });
    }

    /**
     * Runs forwards. A failure ends the requests that run.
     *
     * @throws DeviceException if the device has failed for good
     */
    private void runForwards(Runnable forwards) {
        try {
            forwards.run();
        } catch (DeviceException e) {
            if (e.isLasting()) {
                throw e;
            }
            endRunning("The device failed in an engine step; its requests end", e, e);
        } catch (RuntimeException | OutOfMemoryError e) {
            endRunning("An engine step failed; its requests end", stepFailure(e), e);
        }
    }

    /** The forwards of the draft model, because what it drafts decides about the rows of the step. */
    private void draft(Drafter drafter, int promptRows) {
        List<DraftWish> wishes = scheduler.draftWishes();
        runForwards(() -> scheduler.drafted(drafter.draft(wishes, promptRows)));
    }

    private StepPlan plan() {
        try {
            int prefillRows = scheduler.prepare();
            drafter.ifPresent(model -> draft(model, prefillRows));
            StepPlan plan = scheduler.plan(prefillRows);
            boolean isStuck =
                    plan.isEmpty() && !running.isEmpty() && running.stream().noneMatch(StepLoop::isPending);
            emptyPlans = isStuck ? emptyPlans + 1 : 0;
            if (emptyPlans > MAX_EMPTY_PLANS) {
                throw new IllegalStateException(
                        "%d requests run, but %d plans in a row had no rows".formatted(running.size(), emptyPlans));
            }
            return plan;
        } catch (OutOfMemoryError e) {
            if (running.isEmpty()) {
                throw e; // there is nobody whose end would free memory
            }
            endRunning("A plan failed; the requests that ran end", stepFailure(e), e);
            return new StepPlan(List.of());
        }
    }

    private static boolean isPending(ScheduledSequence s) {
        return s.runningSequence().isPending();
    }

    private static TidarException stepFailure(Throwable cause) {
        return new GenerationFailedException("the engine step failed: " + cause, cause);
    }

    private void endRunning(String what, TidarException failure, Throwable cause) {
        scheduler.failRunning(failure);
        faults.write(more -> log.error("{}, the engine goes on{}", what, more, cause));
    }
}
