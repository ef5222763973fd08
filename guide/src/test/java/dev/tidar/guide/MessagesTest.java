package dev.tidar.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A reader looks for the words of a message, so the page must have the words that the code has. */
@DisplayName("A message of docs/troubleshooting.md")
class MessagesTest {

    private static final Path PAGE = Guide.DOCS.resolve("troubleshooting.md");

    /** What stands for a name, a number or a path. */
    private static final String ANYTHING = "…";

    /** Shorter pieces between two of these are found everywhere. */
    private static final int SHORTEST = 3;

    static Stream<String> messages() {
        return Guide.examples(PAGE).stream()
                .filter(example -> example.language().equals("text"))
                .flatMap(example -> example.text().lines());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isOneOfTheCode(String message) {
        List<String> pieces = Stream.of(message.split(ANYTHING))
                .map(String::strip)
                .filter(piece -> piece.length() >= SHORTEST)
                .toList();

        assertThat(pieces).isNotEmpty();
        assertThat(Sources.files())
                .as("a source file with %s", pieces)
                .anyMatch(source -> pieces.stream().allMatch(source::contains));
    }
}
