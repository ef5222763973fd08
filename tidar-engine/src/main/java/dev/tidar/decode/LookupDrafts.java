package dev.tidar.decode;

import dev.tidar.api.GenerationStep;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Proposes what followed the last tokens where they stood before, in the prompt or in the answer: prompt look-up, the
 * n-gram speculation of vLLM and llama.cpp. It needs no model, and pays where an answer repeats its prompt.
 *
 * <p>The longer the text before matches, the likelier its continuation, so acceptance is learned by the length of the
 * match. As many drafts are proposed as yield most tokens for the time of their rows, and none where the drafts that
 * the masks left promise more.
 *
 * <p>What it proposes is decided on the engine thread, in {@link #extended}.
 */
final class LookupDrafts implements DraftSource {

    /**
     * The shortest match of each class of lengths, and the acceptance of its drafts before any were verified: a guess
     * between prose, where short matches mean little, and copies, where they mean much.
     */
    private static final int[] SHORTEST = {2, 3, 4, 6, 9};

    private static final double[] EXPECTED = {0.2, 0.35, 0.5, 0.7, 0.85};

    /** The number of drafts that the expectation counts for. */
    private static final double EXPECTED_WEIGHT = 3;

    /** Drafts from text must promise this much more than the layout alone, because neither is known well. */
    private static final double MARGIN = 1.03;

    private final LayoutChoice layouts;
    private final TextIndex index = new TextIndex();
    private final double[] accepted = new double[SHORTEST.length];
    private final double[] verified = new double[SHORTEST.length];
    private List<Integer> next = List.of();
    /** The class of the match that the drafts follow. */
    private int lengthClass;

    /** @param layouts what the steps of the sequence cost, and what they yield without these drafts */
    LookupDrafts(LayoutChoice layouts) {
        this.layouts = layouts;
        for (int c = 0; c < SHORTEST.length; c++) {
            accepted[c] = EXPECTED[c] * EXPECTED_WEIGHT;
            verified[c] = EXPECTED_WEIGHT;
        }
    }

    @Override
    public void extended(Sequence sequence) {
        next = List.of();
        if (sequence.needsPrefill()) {
            return;
        }
        index.add(sequence);
        TextIndex.Match match = index.longestMatch(sequence);
        if (match.length() < SHORTEST[0]) {
            return;
        }
        lengthClass = lengthClass(match.length());
        int period = sequence.size() - match.end(); // what repeats itself goes on to do so
        List<Integer> following = IntStream.range(0, MAX_FREE_DRAFTS)
                .mapToObj(i -> sequence.token(match.end() + i % period))
                .toList();
        next = following.subList(0, worthwhile(following, sequence.drafts()));
    }

    private static int lengthClass(int length) {
        int c = SHORTEST.length - 1;
        while (SHORTEST[c] > length) {
            c--;
        }
        return c;
    }

    /** How many of the tokens that follow a match should be verified in place of the drafts of the masks. */
    private int worthwhile(List<Integer> following, List<Integer> masks) {
        StepLayout layout = layouts.current();
        double mean = layouts.tokensPerForward(layout);
        double best = MARGIN * layouts.batchYield(masks.isEmpty() ? mean : layout.tokensOfDrafts(mean));
        double acceptance = accepted[lengthClass] / verified[lengthClass];
        boolean agree = !masks.isEmpty() && masks.get(0).equals(following.get(0));
        // where both propose the same, it is wrong only if both are
        double reached = agree ? 1 - (1 - acceptance) * (1 - acceptance) : acceptance;
        double tokens = 1;
        int count = 0;
        for (int drafts = 1; drafts <= following.size(); drafts++) {
            tokens += reached;
            reached *= acceptance;
            double yield = layouts.batchYield(tokens, Math.max(0, 1 + drafts - layout.draftLength()));
            if (yield > best) {
                best = yield;
                count = drafts;
            }
        }
        return count;
    }

    @Override
    public Drafts propose(Sequence sequence, Constraint constraint, LongConsumer work) {
        return next.isEmpty() ? Drafts.NONE : new Drafts(constraint.allowedPrefix(next, work), this);
    }

    @Override
    public GenerationStep.Source reportedAs() {
        return GenerationStep.Source.TEXT;
    }

    @Override
    public void verified(List<Integer> proposed, List<Integer> emitted) {
        int decided = Math.min(proposed.size(), emitted.size());
        for (int i = 0; i < decided; i++) {
            boolean isAccepted = proposed.get(i).equals(emitted.get(i));
            verified[lengthClass]++;
            accepted[lengthClass] += isAccepted ? 1 : 0;
            if (!isAccepted) {
                return; // nothing is known of drafts after the first rejected one
            }
        }
    }
}
