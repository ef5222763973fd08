package dev.tidar.cli.bench;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The layouts that a bench compares. */
public final class Layouts {

    private Layouts() {}

    /**
     * One layout for each mode, or for each draft length where the mode drafts.
     *
     * @param drafts whether the model has a mask token; without one the modes that draft by masks are left out
     * @param draftModel whether a draft model is loaded; without one its mode is left out
     */
    public static List<Layout> toMeasure(
            List<DecodeMode> modes, List<Integer> draftLengths, boolean drafts, boolean draftModel) {
        return modes.stream()
                .flatMap(mode -> switch (mode) {
                    case AUTOREGRESSIVE, AUTO -> Stream.of(new Layout(name(mode), Decoding.of(mode)));
                    case SINGLE_PASS, TWO_PASS -> drafts ? withEach(draftLengths, mode) : Stream.<Layout>empty();
                    case DRAFT_MODEL -> draftModel ? withEach(draftLengths, mode) : Stream.<Layout>empty();
                })
                .toList();
    }

    private static Stream<Layout> withEach(List<Integer> draftLengths, DecodeMode mode) {
        return draftLengths.stream()
                .map(rows -> new Layout(
                        "%s, draft length %d".formatted(name(mode), rows),
                        Decoding.of(mode).withDraftLength(rows)));
    }

    private static String name(DecodeMode mode) {
        return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
