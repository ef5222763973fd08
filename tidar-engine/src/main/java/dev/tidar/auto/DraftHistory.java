package dev.tidar.auto;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How many drafts of each kind were accepted over how many were expected to be: of an engine, or of one request, which
 * starts from the engine's. Confined to the engine thread.
 */
final class DraftHistory {

    /** What a ratio remembers, in drafts that were expected to be accepted. */
    private static final double MEMORY = 32;

    /** What the kept counts of a checkpoint count for in an engine, a guess, and the engine's ratio in a request. */
    private static final double LISTED_WEIGHT = 16;

    private static final double GUESS_WEIGHT = 1;
    private static final double ENGINE_WEIGHT = 4;

    /**
     * What a request hopes for beyond the engine's ratio where that is no guess at best already, because its text may
     * be one that is easier to draft.
     */
    private static final double HOPE = 1.1;

    private final Map<DraftKind, SeenRatio> ratios = new EnumMap<>(DraftKind.class);
    private final Set<DraftKind> seen = EnumSet.noneOf(DraftKind.class);

    private DraftHistory() {}

    /** The history of an engine that has verified nothing yet. */
    static DraftHistory ofEngine(Iterable<LayoutEstimate> candidates) {
        DraftHistory history = new DraftHistory();
        for (LayoutEstimate candidate : candidates) {
            double weight = candidate.isListed() ? LISTED_WEIGHT : GUESS_WEIGHT;
            history.ratios.put(candidate.kind(), new SeenRatio(1, weight, MEMORY));
        }
        return history;
    }

    /** The history of a request that begins. */
    static DraftHistory ofRequest(DraftHistory engine, Iterable<LayoutEstimate> candidates) {
        DraftHistory history = new DraftHistory();
        for (LayoutEstimate candidate : candidates) {
            double hope = candidate.isListed() ? HOPE : 1;
            history.ratios.put(
                    candidate.kind(), new SeenRatio(hope * engine.ratio(candidate), ENGINE_WEIGHT, Double.MAX_VALUE));
        }
        return history;
    }

    /** Accepted drafts over expected ones, of the kind that a candidate drafts by. */
    double ratio(LayoutEstimate candidate) {
        return of(candidate).value();
    }

    /** Whether drafts of its kind were verified. */
    boolean hasSeen(LayoutEstimate candidate) {
        return seen.contains(candidate.kind());
    }

    private SeenRatio of(LayoutEstimate candidate) {
        return Objects.requireNonNull(ratios.get(candidate.kind()), "not one of the candidates");
    }

    /**
     * Records a step that verified drafts.
     *
     * @param drafts drafts that were verified
     * @param accepted those of them that were accepted
     */
    void verified(LayoutEstimate candidate, int drafts, int accepted) {
        int decided = Math.min(drafts, accepted + 1); // nothing is known of drafts after the first rejected one
        if (candidate.kind() != DraftKind.NONE) {
            of(candidate).add(accepted, decided * candidate.expectedAcceptance());
            seen.add(candidate.kind());
        }
    }

    /** Moves a little towards what is expected. */
    void forget(double share) {
        ratios.values().forEach(ratio -> ratio.drift(share, 1));
    }
}
