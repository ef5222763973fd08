package dev.tidar.schedule;

import dev.tidar.api.Durations;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.Limits;
import dev.tidar.api.TidarException;
import dev.tidar.delivery.LogLimit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends requests: when they are complete, cancelled, or late, or when what is done for one of them goes wrong. Blocks
 * are given back before the caller hears of the end.
 *
 * <p>Confined to the engine thread.
 */
final class Endings {

    private static final Logger log = LoggerFactory.getLogger(Endings.class);

    private final Limits limits;
    private final RequestQueue waiting;
    private final List<ScheduledSequence> running;
    private final WaitEstimate waits;
    private final LogLimit faults;

    /**
     * @param running the running requests; those that end are removed from it, also while it is walked through
     * @param waits is told how long those ran that end
     * @param faults limits the lines about requests for which something goes wrong
     */
    Endings(
            Limits limits,
            RequestQueue waiting,
            CopyOnWriteArrayList<ScheduledSequence> running,
            WaitEstimate waits,
            LogLimit faults) {
        this.limits = limits;
        this.waiting = waiting;
        this.running = running;
        this.waits = waits;
        this.faults = faults;
    }

    /** Does something for one request. What goes wrong ends that request and no other. */
    void attempt(ScheduledSequence s, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            waiting.remove(s);
            if (e instanceof GenerationFailedException failure) {
                fail(s, failure);
                return;
            }
            faults.write(
                    more -> log.error("Request {} failed while a step was planned or completed{}", s.id(), more, e));
            fail(s, new GenerationFailedException("the request could not go on: " + e, e));
        }
    }

    /** Ends the requests that were cancelled or whose time is over, the waiting ones first. */
    void endDue() {
        for (ScheduledSequence s : waiting.all()) {
            attempt(s, () -> endWaitingIfDue(s));
        }
        for (ScheduledSequence s : running) {
            attempt(s, () -> endRunningIfDue(s));
        }
    }

    private void endWaitingIfDue(ScheduledSequence s) {
        if (s.isCancelled() || isOverdue(s)) {
            waiting.remove(s);
            endWaiting(s);
        }
    }

    private void endRunningIfDue(ScheduledSequence s) {
        if (s.isCancelled()) {
            finish(s, FinishReason.CANCELLED);
        } else if (isOverdue(s)) {
            finish(s, FinishReason.DEADLINE);
        }
    }

    private boolean isOverdue(ScheduledSequence s) {
        return isLate(s) || !s.hasRun() && s.ageNanos() > Durations.nanos(limits.maxQueueWait());
    }

    /** Whether it has passed its own time limit. */
    private static boolean isLate(ScheduledSequence s) {
        return s.timeout().map(time -> s.ageNanos() > Durations.nanos(time)).orElse(false);
    }

    private void endWaiting(ScheduledSequence s) {
        if (s.isCancelled()) {
            s.finish(FinishReason.CANCELLED);
        } else if (s.hasRun() || isLate(s)) {
            s.finish(FinishReason.DEADLINE);
        } else {
            s.fail(new EngineBusyException(
                    "the request waited for %d ms, which is its limit, while %d ran and %d waited; try again later"
                            .formatted(Duration.ofNanos(s.ageNanos()).toMillis(), running.size(), waiting.size()),
                    waits.after(waiting.size())));
        }
    }

    /** Fails every running request, after a forward that threw. */
    void failRunning(TidarException failure) {
        running.forEach(s -> fail(s, failure));
    }

    /** Ends a running request with the tokens that it has. */
    void finish(ScheduledSequence s, FinishReason reason) {
        leave(s);
        s.finish(reason);
    }

    /** Ends a running request with a failure. */
    void fail(ScheduledSequence s, TidarException failure) {
        leave(s);
        s.fail(failure);
    }

    /** Frees the blocks of a request before its caller is notified of the end. */
    private void leave(ScheduledSequence s) {
        running.remove(s);
        s.release();
        if (s.hasRun()) {
            waits.observe(s.runNanos());
        }
    }
}
