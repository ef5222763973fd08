package dev.tidar.auto;

import dev.tidar.checkpoint.KeptByLayout;
import dev.tidar.decode.StepLayout;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The probability that a draft is accepted once the one before it was, before any draft was verified: from the kept
 * counts that the checkpoint lists, or a guess that is good enough for every layout to be tried where it could win.
 * Immutable.
 */
public final class ExpectedAcceptance {

    /** Nothing is known. */
    public static final ExpectedAcceptance UNKNOWN = new ExpectedAcceptance(KeptByLayout.NONE);

    private static final double AT_BEST = 0.75;

    private final SortedMap<Integer, Double> fullGroups;
    private final SortedMap<Integer, Double> shortGroups;
    private final SortedMap<Integer, Double> twoPass;

    /**
     * The acceptance that follows from these kept counts. Those of one width of groups stand for the other where it has
     * none.
     */
    public ExpectedAcceptance(KeptByLayout kept) {
        fullGroups = acceptance(kept.singlePass().isEmpty() ? kept.shortGroups() : kept.singlePass());
        shortGroups = acceptance(kept.shortGroups().isEmpty() ? kept.singlePass() : kept.shortGroups());
        twoPass = acceptance(kept.twoPass());
    }

    /** The acceptance with which a draft block of each length gives its kept count in the mean. */
    private static SortedMap<Integer, Double> acceptance(SortedMap<Integer, Double> kept) {
        SortedMap<Integer, Double> acceptance = new TreeMap<>();
        kept.forEach((k, count) -> acceptance.put(k, acceptance(new StepLayout.TwoPass(k), count)));
        return acceptance;
    }

    private static double acceptance(StepLayout wholeBlock, double kept) {
        double low = 0;
        double high = 1;
        while (high - low > 1e-6) {
            double middle = (low + high) / 2;
            if (wholeBlock.tokensPerStep(middle) < kept) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The acceptance of the drafts of a layout: between two listed draft lengths interpolated, else the nearest. */
    double of(StepLayout layout) {
        SortedMap<Integer, Double> listed = listed(DraftKind.of(layout));
        if (listed.isEmpty()) {
            return AT_BEST;
        }
        int k = layout.draftLength();
        Optional<Map.Entry<Integer, Double>> below =
                listed.headMap(k).entrySet().stream().reduce((first, second) -> second);
        Optional<Map.Entry<Integer, Double>> from =
                listed.tailMap(k).entrySet().stream().findFirst();
        if (from.isEmpty() || below.isEmpty()) {
            return from.or(() -> below).orElseThrow().getValue();
        }
        int low = below.get().getKey();
        double share = (k - low) / (double) (from.get().getKey() - low);
        return below.get().getValue() * (1 - share) + from.get().getValue() * share;
    }

    /** Whether it comes from kept counts of the checkpoint. */
    boolean isListed(StepLayout layout) {
        return !listed(DraftKind.of(layout)).isEmpty();
    }

    private SortedMap<Integer, Double> listed(DraftKind kind) {
        return switch (kind) {
            case NONE, MODEL -> new TreeMap<>();
            case FULL_GROUPS -> fullGroups;
            case SHORT_GROUPS -> shortGroups;
            case TWO_PASS -> twoPass;
        };
    }
}
