package dev.tidar.schedule;

import dev.tidar.api.GenerationFailedException;
import dev.tidar.decode.Sequence;
import dev.tidar.kvcache.KvCache;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Lets requests in, in the order in which they came: one runs once there are blocks for all its tokens, and one more
 * for each that runs already. Nobody overtakes, so a large request is not held up by small ones after it. Confined to
 * the engine thread.
 */
final class Admissions {

    private final KvCache kv;
    private final int maxRunning;
    private final RequestQueue waiting;
    private final List<ScheduledSequence> running;

    private Optional<Refusal> refusal = Optional.empty();

    /** @param running who runs, in the order in which they came; whoever is let in is added */
    Admissions(KvCache kv, int maxRunning, RequestQueue waiting, List<ScheduledSequence> running) {
        this.kv = kv;
        this.maxRunning = maxRunning;
        this.waiting = waiting;
        this.running = running;
    }

    /** The first in the queue did not fit; it is not tried again before there are more blocks for it. */
    private record Refusal(long id, int unclaimed) {}

    /** Lets in who may run. */
    void admitWaiting() {
        while (running.size() < maxRunning) {
            Optional<ScheduledSequence> next = waiting.first().filter(this::mayFit);
            if (next.isEmpty()) {
                return;
            }
            if (!admit(next.get())) {
                refusal = Optional.of(new Refusal(next.get().id(), unclaimed()));
                return;
            }
            waiting.remove(next.get());
        }
    }

    private boolean mayFit(ScheduledSequence next) {
        return refusal.map(r -> r.id() != next.id() || r.unclaimed() < unclaimed())
                .orElse(true);
    }

    /** Whether the request need not wait any longer: it runs now, or has failed. */
    private boolean admit(ScheduledSequence next) {
        try {
            Sequence sequence = next.prepare(kv);
            int found = sequence.begin();
            if (!fits(sequence)) {
                sequence.preempt();
                return false;
            }
            next.run(found);
            running.add(next);
            running.sort(Comparator.comparingLong(ScheduledSequence::id));
        } catch (RuntimeException e) {
            next.release();
            next.fail(new GenerationFailedException("the request could not be started: " + e.getMessage(), e));
        }
        return true;
    }

    private boolean fits(Sequence sequence) {
        int missing = sequence.blocks().missing(sequence.tokens() + 1);
        return running.isEmpty() || missing + running.size() <= unclaimed();
    }

    /** Blocks that are available and that no running sequence needs for the tokens that it has. */
    private int unclaimed() {
        int claimed = running.stream()
                .map(ScheduledSequence::sequence)
                .mapToInt(sequence -> sequence.blocks().missing(sequence.tokens() + 1))
                .sum();
        return kv.pool().available() - claimed;
    }
}
