package dev.tidar.api;

import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a request is decoded. Changes speed, never tokens.
 *
 * @param mode layout of the steps
 * @param draftLength K, rows in a draft block, the anchor included, in [2, 32]; empty is the trained block size of the
 *     model
 * @param outcomes kept counts for which single-pass steps carry a group, each in [1, draftLength]; empty is all of them
 */
public record Decoding(DecodeMode mode, OptionalInt draftLength, Set<Integer> outcomes) {

    /** Longest draft block the engine accepts, in rows. */
    public static final int MAX_DRAFT_LENGTH = 32;

    /** The layout is the engine's choice. */
    public static final Decoding AUTO = new Decoding(DecodeMode.AUTO, OptionalInt.empty(), Set.of());

    public Decoding {
        outcomes = Set.copyOf(new TreeSet<>(outcomes));
        if (draftLength.isPresent()) {
            int k = draftLength.getAsInt();
            if (k < 2 || k > MAX_DRAFT_LENGTH) {
                throw new InvalidRequestException(
                        "draft length must be in [2, %d], but is %d".formatted(MAX_DRAFT_LENGTH, k));
            }
        }
        for (int outcome : outcomes) {
            if (outcome < 1 || outcome > draftLength.orElse(MAX_DRAFT_LENGTH)) {
                throw new InvalidRequestException("outcomes must be kept counts in [1, draft length = %d], but hold %d"
                        .formatted(draftLength.orElse(MAX_DRAFT_LENGTH), outcome));
            }
        }
    }

    public static Decoding of(DecodeMode mode) {
        return new Decoding(mode, OptionalInt.empty(), Set.of());
    }

    public Decoding withDraftLength(int rows) {
        return new Decoding(mode, OptionalInt.of(rows), outcomes);
    }

    public Decoding withOutcomes(Set<Integer> kept) {
        return new Decoding(mode, draftLength, kept);
    }
}
