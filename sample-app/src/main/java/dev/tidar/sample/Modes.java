package dev.tidar.sample;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.InvalidRequestException;
import java.util.Arrays;
import java.util.Locale;

/** Decode modes as the API writes them: {@code two-pass} for {@link DecodeMode#TWO_PASS}. */
final class Modes {

    private Modes() {}

    static String format(DecodeMode mode) {
        return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws InvalidRequestException naming the modes, if this is none */
    static DecodeMode parse(String word) {
        return Arrays.stream(DecodeMode.values())
                .filter(mode -> format(mode).equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("mode must be one of %s, but is %s"
                        .formatted(
                                String.join(
                                        ", ",
                                        Arrays.stream(DecodeMode.values())
                                                .map(Modes::format)
                                                .toList()),
                                word)));
    }
}
