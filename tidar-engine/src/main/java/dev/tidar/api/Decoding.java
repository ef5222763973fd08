package dev.tidar.api;

import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a request is decoded. Changes speed, never tokens, unless {@code beta} is below 1.
 *
 * @param mode layout of the steps
 * @param draftLength K, rows in a draft block, the anchor included, in [2, 32]; empty is the trained block size of the
 *     model
 * @param outcomes kept counts for which single-pass steps carry a group, each in [1, draftLength]; empty is all of them
 * @param beta trust in the verify rows, in [0, 1]. Below 1, which needs single-pass steps with all outcomes, tokens are
 *     sampled from {@code beta · AR + (1 - beta) · diffusion} (arXiv 2511.08923): lossy, because the answer may differ
 *     from what the autoregressive model gives
 */
public record Decoding(DecodeMode mode, OptionalInt draftLength, Set<Integer> outcomes, double beta) {

    /** Rows of a draft block at most. */
    public static final int MAX_DRAFT_LENGTH = 32;

    /** The engine chooses the layout. */
    public static final Decoding AUTO = new Decoding(DecodeMode.AUTO, OptionalInt.empty(), Set.of());

    /** Exact decoding. */
    public Decoding(DecodeMode mode, OptionalInt draftLength, Set<Integer> outcomes) {
        this(mode, draftLength, outcomes, 1);
    }

    public Decoding {
        RequestOption.BETA.check(beta);
        draftLength.ifPresent(RequestOption.DRAFT_LENGTH::check);
        outcomes = Set.copyOf(new TreeSet<>(outcomes));
        RequestOption.OUTCOMES.check(outcomes);
        int max = draftLength.orElse(MAX_DRAFT_LENGTH);
        if (outcomes.stream().anyMatch(kept -> kept > max)) {
            throw new InvalidRequestException("outcomes must have kept counts in [1, draft-length = %d], but has %s"
                    .formatted(max, new TreeSet<>(outcomes)));
        }
    }

    public static Decoding of(DecodeMode mode) {
        return new Decoding(mode, OptionalInt.empty(), Set.of());
    }

    public Decoding withMode(DecodeMode other) {
        return new Decoding(other, draftLength, outcomes, beta);
    }

    public Decoding withDraftLength(int rows) {
        return new Decoding(mode, OptionalInt.of(rows), outcomes, beta);
    }

    public Decoding withOutcomes(Set<Integer> kept) {
        return new Decoding(mode, draftLength, kept, beta);
    }

    public Decoding withBeta(double trust) {
        return new Decoding(mode, draftLength, outcomes, trust);
    }

    /** Whether what is decoded may differ from what autoregressive decoding gives. */
    public boolean isLossy() {
        return beta < 1;
    }
}
