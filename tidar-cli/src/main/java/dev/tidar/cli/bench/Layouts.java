package dev.tidar.cli.bench;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineStatus;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The layouts that an engine can be measured with. */
public final class Layouts {

    private Layouts() {}

    /** Whether a loaded engine serves a mode: some need a mask token of the model, one needs a draft model. */
    public static boolean serves(DecodeMode mode, EngineStatus engine) {
        return switch (mode) {
            case AUTO, AUTOREGRESSIVE -> true;
            case SINGLE_PASS, TWO_PASS -> engine.model().maskTokenId().isPresent();
            case DRAFT_MODEL -> engine.draftModel().isPresent();
        };
    }

    /** One layout for each mode that a loaded engine serves, or for each draft length where the mode drafts. */
    public static List<Layout> toMeasure(List<DecodeMode> modes, List<Integer> draftLengths, EngineStatus engine) {
        return modes.stream()
                .filter(mode -> serves(mode, engine))
                .flatMap(mode -> switch (mode) {
                    case AUTO, AUTOREGRESSIVE -> Stream.of(new Layout(name(mode), Decoding.of(mode)));
                    case SINGLE_PASS, TWO_PASS, DRAFT_MODEL -> withEach(draftLengths, mode);
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
