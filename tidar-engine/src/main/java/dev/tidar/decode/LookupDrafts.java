package dev.tidar.decode;

import java.util.Arrays;
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

    /** The most drafts of a step. */
    private static final int MAX_DRAFTS = 12;

    /** A match is compared over no more tokens than this. */
    private static final int LONGEST_MATCH = 12;

    /** The shortest match of each class, and the acceptance of its drafts before any were verified. */
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
    private int nextClass;

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
        nextClass = classOf(match.length());
        List<Integer> following = IntStream.range(match.end(), Math.min(sequence.size(), match.end() + MAX_DRAFTS))
                .mapToObj(sequence::token)
                .toList();
        next = following.subList(0, worthwhile(following, sequence.drafts()));
    }

    private static int classOf(int length) {
        int c = SHORTEST.length - 1;
        while (SHORTEST[c] > length) {
            c--;
        }
        return c;
    }

    /** How many of the tokens that follow a match should be verified in place of the drafts of the masks. */
    private int worthwhile(List<Integer> following, List<Integer> masks) {
        double acceptance = accepted[nextClass] / verified[nextClass];
        boolean agree = !masks.isEmpty() && masks.get(0).equals(following.get(0));
        double best = MARGIN * layouts.rate(masks.isEmpty() ? 1 : layouts.tokensPerForward(layouts.current()), 0);
        double reached = agree ? 1 - (1 - acceptance) * (1 - acceptance) : acceptance;
        double tokens = 1;
        int count = 0;
        for (int drafts = 1; drafts <= following.size(); drafts++) {
            tokens += reached;
            reached *= acceptance;
            double rate = layouts.rate(tokens, Math.max(0, 1 + drafts - layouts.current().draftLength()));
            if (rate > best) {
                best = rate;
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
    public void verified(List<Integer> proposed, List<Integer> emitted) {
        int decided = Math.min(proposed.size(), emitted.size());
        for (int i = 0; i < decided; i++) {
            boolean isAccepted = proposed.get(i).equals(emitted.get(i));
            verified[nextClass]++;
            accepted[nextClass] += isAccepted ? 1 : 0;
            if (!isAccepted) {
                return; // nothing is known of drafts after the first rejected one
            }
        }
    }

    /** Where each pair of tokens stood before, newest first. */
    private static final class TextIndex {

        private static final int NONE = -1;

        /** Places that a match is looked for at. */
        private static final int PLACES = 16;

        /** {@code [hash]}: the last place of a pair with this hash; a place is that of the pair's second token. */
        private int[] last = {};
        /** {@code [place]}: the place before it with the same hash. */
        private int[] before = {};

        private int indexed = 1;

        /**
         * The tokens before a place that equal the last ones of the sequence.
         *
         * @param end the token after the match
         * @param length the number of tokens that are equal, 0 where there is no such place
         */
        record Match(int end, int length) {}

        void add(Sequence sequence) {
            if (sequence.size() > before.length) {
                grow(sequence);
            }
            for (; indexed < sequence.size(); indexed++) {
                int hash = hash(sequence, indexed);
                before[indexed] = last[hash];
                last[hash] = indexed;
            }
        }

        private void grow(Sequence sequence) {
            int size = Integer.highestOneBit(Math.max(64, sequence.size())) * 2;
            before = Arrays.copyOf(before, size);
            last = new int[size];
            Arrays.fill(last, NONE);
            indexed = 1;
        }

        private int hash(Sequence sequence, int place) {
            int pair = sequence.token(place - 1) * 31_337 + sequence.token(place);
            return (pair * 0x9E3779B9 >>> 8) & (last.length - 1);
        }

        /** The longest match of all places, the newest of equally long ones. */
        Match longestMatch(Sequence sequence) {
            Match longest = new Match(0, 0);
            int end = sequence.size() - 1;
            int place = end < 1 ? NONE : before[end];
            for (int i = 0; i < PLACES && place != NONE; i++) {
                int length = 0;
                while (length < Math.min(LONGEST_MATCH, place + 1)
                        && sequence.token(place - length) == sequence.token(end - length)) {
                    length++;
                }
                if (length > longest.length()) {
                    longest = new Match(place + 1, length);
                }
                place = before[place];
            }
            return longest;
        }
    }
}
