package dev.tidar.sample.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
@DisplayName("The index of passages")
class PassageIndexTest {

    private static final List<Document> PASSAGES = MarkdownPage.passages(
            "pets.md", "# Pets\n## Dogs\nDogs bark loudly.\n## Cats\nCats purr softly.\n## Fish\nFish swim silently.");

    private final WordCounts model = new WordCounts();

    @TempDir
    Path folder;

    @Test
    void findsThePassageThatIsClosestToAQuestion() {
        assertThat(headings(index(PASSAGES).open(), "Which of them purr?")).startsWith("Cats");
    }

    @Test
    void isReadFromItsFileTheNextTime() {
        index(PASSAGES).open();
        int embedded = model.embedded();

        VectorStore again = index(PASSAGES).open();

        assertThat(headings(again, "Which of them bark?")).startsWith("Dogs");
        assertThat(model.embedded() - embedded)
                .as("texts embedded: a question to try the file, and the one above")
                .isEqualTo(2);
    }

    @Test
    void isMadeAnewWhereThePassagesHaveChangedAndTheOldFileGoes() throws IOException {
        index(PASSAGES).open();
        Path old = index(PASSAGES).file();
        List<Document> changed = MarkdownPage.passages("pets.md", "# Pets\n## Birds\nBirds sing.");

        assertThat(headings(index(changed).open(), "Who will sing?")).containsExactly("Birds");

        assertThat(old).doesNotExist();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(index(changed).file());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "{\"pets.md#0\": ", "[1]", "no JSON", "\u0000\u0000"})
    void isMadeAnewWhereItsFileIsDamaged(String content, CapturedOutput log) throws IOException {
        Path file = index(PASSAGES).file();
        Files.writeString(file, content);

        assertThat(headings(index(PASSAGES).open(), "Which of them purr?")).startsWith("Cats");

        assertThat(log).contains("The index of the guide in " + file + " cannot be used");
        assertThat(Files.readString(file)).contains("pets.md#2");
    }

    @Test
    void isMadeAnewWhereItsVectorsHaveAnotherLength(CapturedOutput log) throws IOException {
        var other = new PassageIndex(folder, new WordCounts(7), PASSAGES);
        other.open();
        assertThat(other.file()).isEqualTo(index(PASSAGES).file());

        index(PASSAGES).open();

        assertThat(log).contains("cannot be used");
    }

    @Test
    void servesWithoutAFileWhereItsFolderCannotBeWritten(CapturedOutput log) throws IOException {
        Path occupied = Files.writeString(folder.resolve("file"), "");

        VectorStore index = new PassageIndex(occupied, model, PASSAGES).open();

        assertThat(headings(index, "Which of them purr?")).startsWith("Cats");
        assertThat(log).contains("cannot be kept in " + occupied, "sample.retrieval.folder");
    }

    private PassageIndex index(List<Document> passages) {
        return new PassageIndex(folder, model, passages);
    }

    private static List<Object> headings(VectorStore index, String question) {
        return index.similaritySearch(SearchRequest.builder().query(question).build()).stream()
                .map(passage -> passage.getMetadata().get(MarkdownPage.HEADING))
                .toList();
    }
}
