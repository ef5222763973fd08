package dev.tidar.api;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a request is decoded. Changes speed, never tokens, unless {@code beta} is below 1.
 *
 * @param mode layout of the steps
 * @param draftLength K, rows in a draft block, the anchor included, in [2, 32]; empty is the trained block size of the
 *     model, and 5 where the draft model drafts
 * @param outcomes kept counts for which single-pass steps carry a group, each in [1, draftLength]: an empty set is
 *     none, so that steps that draft and steps that verify alternate; empty is all of them
 * @param groups the mask rows of each group; only for single-pass steps
 * @param beta trust in the verify rows, in [0, 1]. Below 1, which needs single-pass steps with all outcomes, tokens are
 *     sampled from {@code beta · AR + (1 - beta) · diffusion} (arXiv 2511.08923): lossy, because the answer may differ
 *     from what the autoregressive model gives
 */
public record Decoding(
        DecodeMode mode, OptionalInt draftLength, Optional<Set<Integer>> outcomes, Groups groups, double beta) {

    /** Rows of a draft block at most. */
    public static final int MAX_DRAFT_LENGTH = 32;

    /** The engine chooses the layout. */
    public static final Decoding AUTO = of(DecodeMode.AUTO);

    public Decoding {
        RequestOption.BETA.check(beta);
        draftLength.ifPresent(RequestOption.DRAFT_LENGTH::check);
        outcomes = outcomes.map(Set::copyOf);
        outcomes.ifPresent(RequestOption.OUTCOMES::check);
        int max = draftLength.orElse(MAX_DRAFT_LENGTH);
        if (outcomes.stream().flatMap(Set::stream).anyMatch(kept -> kept > max)) {
            throw new InvalidRequestException("outcomes must have kept counts in [1, draft-length = %d], but has %s"
                    .formatted(max, new TreeSet<>(outcomes.get())));
        }
    }

    /** Exact decoding in this mode, everything else left open. */
    public static Decoding of(DecodeMode mode) {
        return new Decoding(mode, OptionalInt.empty(), Optional.empty(), Groups.AUTO, 1);
    }

    public Decoding withMode(DecodeMode other) {
        return new Decoding(other, draftLength, outcomes, groups, beta);
    }

    public Decoding withDraftLength(int rows) {
        return new Decoding(mode, OptionalInt.of(rows), outcomes, groups, beta);
    }

    /** The same with groups for these kept counts; an empty set is none. */
    public Decoding withOutcomes(Set<Integer> kept) {
        return new Decoding(mode, draftLength, Optional.of(kept), groups, beta);
    }

    public Decoding withGroups(Groups rows) {
        return new Decoding(mode, draftLength, outcomes, rows, beta);
    }

    public Decoding withBeta(double trust) {
        return new Decoding(mode, draftLength, outcomes, groups, trust);
    }

    /** Whether what is decoded may differ from what autoregressive decoding gives. */
    public boolean isLossy() {
        return beta < 1;
    }
}
