package dev.tidar.sample;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Groups;
import dev.tidar.api.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Choices as the API writes them: {@code two-pass} for {@link DecodeMode#TWO_PASS}. */
final class Words {

    private Words() {}

    static String of(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws InvalidRequestException naming the modes, if this is none */
    static DecodeMode mode(String word) {
        return choice("mode", DecodeMode.values(), word);
    }

    /** @throws InvalidRequestException naming the choices, if this is none */
    static Groups groups(String word) {
        return choice("groups", Groups.values(), word);
    }

    private static <E extends Enum<E>> E choice(String field, E[] choices, String word) {
        List<String> words = Arrays.stream(choices).map(Words::of).toList();
        if (!words.contains(word)) {
            throw new InvalidRequestException(
                    "%s must be one of %s, but is %s".formatted(field, String.join(", ", words), word));
        }
        return choices[words.indexOf(word)];
    }
}
