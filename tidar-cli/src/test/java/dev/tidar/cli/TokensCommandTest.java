package dev.tidar.cli;

import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("tokens")
class TokensCommandTest {

    @TempDir
    private Path folder;

    @Test
    void showsTheIdsOfEachLineAndTheirText() throws IOException {
        Cli shown = tokens(STORIES, "\"Once upon a time\"\n\n\"caf\\u00e9\\n\"\n");

        assertThat(shown.exitCode()).as(shown.err()).isZero();
        assertThat(shown.out().lines())
                .containsExactly(
                        "{\"ids\":[403,407,261,378],\"text\":\"Once upon a time\"}",
                        "{\"ids\":[280,412,431,485,13],\"text\":\"caf\u00e9\\n\"}");
    }

    @Test
    void takesMarkersForTextUnlessTheyAreAskedFor() throws IOException {
        assertThat(tokens(STORIES, "\"</s>\"").out()).doesNotContain("[2]").contains("\"text\":\"</s>\"");
        assertThat(tokens(STORIES, "\"</s>\"", "--special").out())
                .isEqualToIgnoringNewLines("{\"ids\":[2],\"text\":\"</s>\"}");
    }

    @Test
    void needsNoFileButThoseOfTheTokenizer() throws IOException {
        Files.copy(Path.of(STORIES, "tokenizer.json"), folder.resolve("tokenizer.json"));

        assertThat(tokens(folder.toString(), "\"\"").out()).isEqualToIgnoringNewLines("{\"ids\":[],\"text\":\"\"}");
    }

    @Test
    void rejectsALineThatIsNoStringByItsNumber() throws IOException {
        assertRejected(tokens(STORIES, "\"a\"\n[1]"), "--lines must have a JSON string a line, but line 2 is none");
        assertRejected(tokens(STORIES, "\"a"), "--lines must have a JSON string a line, but line 1 is none: ");
        assertRejected(tokens(STORIES, "\"a\" \"b\""), "--lines must have a JSON string a line, but line 1 is none: ");
    }

    @Test
    void rejectsAFolderWithoutATokenizerAndAFileThatIsNotThere() throws IOException {
        assertRejected(tokens(folder.toString(), "\"a\""), "must have a tokenizer.json, but has none");
        assertRejected(
                tidar(
                        "tokens",
                        "--model",
                        STORIES,
                        "--lines",
                        folder.resolve("none").toString()),
                "--lines must be a readable UTF-8 file, but ");
    }

    private static void assertRejected(Cli shown, String message) {
        assertThat(shown.exitCode()).isEqualTo(Main.BAD_ARGUMENTS);
        assertThat(shown.err()).contains(message);
    }

    private Cli tokens(String model, String lines, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("lines.jsonl"), lines);
        String[] args = {"tokens", "--model", model, "--lines", file.toString()};
        return tidar(Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
    }
}
