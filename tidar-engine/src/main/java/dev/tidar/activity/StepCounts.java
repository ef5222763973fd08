package dev.tidar.activity;

import dev.tidar.api.StepTotals;
import dev.tidar.api.StepTotals.Decoded;
import dev.tidar.api.StepTotals.Kind;
import dev.tidar.api.StepTotals.OfKind;
import dev.tidar.api.StepTotals.OfPosition;
import dev.tidar.decode.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Counts what steps took and which drafts they accepted. The engine thread counts; any thread may read. */
final class StepCounts {

    private final Map<Kind, LongAdder> steps = adders();
    private final Map<Kind, LongAdder> nanos = adders();
    private final AtomicLongArray verified = new AtomicLongArray(StepTotals.MAX_POSITIONS);
    private final AtomicLongArray accepted = new AtomicLongArray(StepTotals.MAX_POSITIONS);
    private final LongAdder forwards = new LongAdder();
    private final LongAdder tokens = new LongAdder();

    private static Map<Kind, LongAdder> adders() {
        return Stream.of(Kind.values()).collect(Collectors.toUnmodifiableMap(kind -> kind, kind -> new LongAdder()));
    }

    /**
     * Counts a step.
     *
     * @param turns the parts of the sequences in it, which have emitted and committed
     * @param took time of the step in nanoseconds
     */
    void count(List<Turn> turns, long took) {
        Kind kind = kind(turns);
        of(kind, steps).increment();
        of(kind, nanos).add(took);
        turns.stream()
                .filter(turn -> turn.phase() != Turn.Phase.PREFILL)
                .filter(turn -> turn.sequence().failure().isEmpty())
                .forEach(this::countDecoded);
    }

    private static LongAdder of(Kind kind, Map<Kind, LongAdder> adders) {
        return Objects.requireNonNull(adders.get(kind));
    }

    /** Rows that compute known tokens again are no decode forward, but for the last of them, which emit. */
    private void countDecoded(Turn turn) {
        if (turn.rows().isDraftPass()) {
            forwards.increment();
        } else if (turn.rows().verifyRows() > 0) {
            forwards.increment();
            tokens.add(turn.sequence().stats().lastKept());
            countDrafts(turn);
        }
    }

    private void countDrafts(Turn turn) {
        int drafts = Math.min(turn.rows().verifyRows() - 1, StepTotals.MAX_POSITIONS);
        int kept = turn.sequence().stats().lastKept();
        for (int position = 0; position < drafts; position++) {
            verified.incrementAndGet(position);
            if (position < kept - 1) {
                accepted.incrementAndGet(position);
            }
        }
    }

    private static Kind kind(List<Turn> turns) {
        Set<Kind> kinds = turns.stream().map(StepCounts::kind).collect(Collectors.toSet());
        return kinds.size() == 1 ? kinds.iterator().next() : Kind.MIXED;
    }

    private static Kind kind(Turn turn) {
        if (turn.isPrefill()) {
            return Kind.PREFILL;
        }
        return switch (turn.layout().mode()) {
            case AUTO -> throw new IllegalArgumentException(turn.layout() + " has no mode of its own");
            case AUTOREGRESSIVE -> Kind.AUTOREGRESSIVE;
            case SINGLE_PASS -> Kind.SINGLE_PASS;
            case TWO_PASS -> Kind.TWO_PASS;
            case DRAFT_MODEL -> Kind.DRAFT_MODEL;
        };
    }

    StepTotals snapshot() {
        return new StepTotals(
                Stream.of(Kind.values())
                        .map(kind -> new OfKind(
                                kind,
                                of(kind, steps).sum(),
                                Duration.ofNanos(of(kind, nanos).sum())))
                        .toList(),
                IntStream.range(0, StepTotals.MAX_POSITIONS)
                        .mapToObj(position -> new OfPosition(verified.get(position), accepted.get(position)))
                        .toList(),
                new Decoded(forwards.sum(), tokens.sum()));
    }
}
