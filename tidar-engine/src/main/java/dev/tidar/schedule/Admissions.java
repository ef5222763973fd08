package dev.tidar.schedule;

import dev.tidar.api.GenerationFailedException;
import dev.tidar.decode.RunningSequence;
import dev.tidar.decode.Sequence;
import dev.tidar.draft.DraftModel;
import dev.tidar.kvcache.KvCache;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Admits requests in the order in which they arrived. A request runs once the pool has blocks for all its tokens, and
 * one more block for each sequence that runs already. No request overtakes another, so small requests cannot keep a
 * large one waiting.
 *
 * <p>Confined to the engine thread.
 */
final class Admissions {

    private final KvCache kv;
    private final Optional<DraftModel> draftModel;
    private final int maxRunning;
    private final RequestQueue waiting;
    private final List<ScheduledSequence> running;

    private Optional<Deferral> deferral = Optional.empty();

    /** @param running the running requests in the order of their arrival; admitted ones are added to it */
    Admissions(Engine engine, int maxRunning, RequestQueue waiting, List<ScheduledSequence> running) {
        this.kv = engine.kvCache();
        this.draftModel = engine.draftModel();
        this.maxRunning = maxRunning;
        this.waiting = waiting;
        this.running = running;
    }

    /** Records that the first request of the queue did not fit; it is not tried again before more blocks are free. */
    private record Deferral(long id, int unclaimed) {}

    /** Admits the requests that may run. */
    void admitWaiting() {
        while (running.size() < maxRunning) {
            Optional<ScheduledSequence> next = waiting.first().filter(this::mayFit);
            if (next.isEmpty()) {
                return;
            }
            if (!admit(next.get())) {
                deferral = Optional.of(new Deferral(next.get().id(), unclaimed()));
                return;
            }
            waiting.remove(next.get());
        }
    }

    private boolean mayFit(ScheduledSequence next) {
        return deferral.map(r -> r.id() != next.id() || r.unclaimed() < unclaimed())
                .orElse(true);
    }

    /** Admits a request if it fits. Returns whether the request no longer waits, because it runs now or has failed. */
    private boolean admit(ScheduledSequence next) {
        try {
            RunningSequence prepared = next.prepare(kv, draftModel);
            int found = prepared.sequence().begin();
            if (!fits(prepared.sequence())) {
                prepared.preempt();
                return false;
            }
            next.run(found);
            running.add(next);
            running.sort(Comparator.comparingLong(ScheduledSequence::id));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            next.release();
            next.fail(new GenerationFailedException("the request could not be started: " + e, e));
        }
        return true;
    }

    private boolean fits(Sequence sequence) {
        int missing = sequence.blocks().missing(sequence.size() + 1);
        return running.isEmpty() || missing + running.size() <= unclaimed();
    }

    /** The number of blocks that are available and that no running sequence needs for the tokens it has. */
    private int unclaimed() {
        int claimed = running.stream()
                .map(s -> s.runningSequence().sequence())
                .mapToInt(sequence -> sequence.blocks().missing(sequence.size() + 1))
                .sum();
        return kv.pool().available() - claimed;
    }
}
