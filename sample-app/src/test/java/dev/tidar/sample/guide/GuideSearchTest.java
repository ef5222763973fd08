package dev.tidar.sample.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.BeanUtils;
import org.springframework.util.ClassUtils;

/** With the embedding model of the profile retrieval, which is on the class path where a test grid is chosen. */
@DisplayName("A search in the guide")
class GuideSearchTest {

    private static final String MODEL = "dev.tidar.sample.embedding.MiniLmEmbeddingModel";

    private static VectorStore index;

    @BeforeAll
    static void embedTheGuide(@TempDir Path folder) {
        var model = (EmbeddingModel)
                BeanUtils.instantiateClass(ClassUtils.resolveClassName(MODEL, GuideSearchTest.class.getClassLoader()));
        index = new PassageIndex(folder, model, GuidePages.passages()).open();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock = """
                    How do I ask for API keys on /v1?                          | openai.md
                    Where are downloaded models kept?                          | models-by-name.md
                    What does a JSON schema do to an answer?                   | answers.md
                    How do I test my application without loading a model?      | testing.md
                    Which meters are there?                                    | observability.md
                    How much memory does the KV cache take?                    | tuning.md,models.md,architecture.md
                    Can two users learn from each other through the cache?     | security.md,serving.md
                    Who attends to whom in a single-pass step?                 | how-it-works.md,architecture.md,glossary.md
                    """)
    void findsThePageThatAnswersTheQuestion(String question, String pages) {
        List<Document> found = index.similaritySearch(
                SearchRequest.builder().query(question).topK(3).build());

        assertThat(found)
                .extracting(passage -> passage.getId().replaceFirst("#.*", ""))
                .as("pages of the three closest passages: %s", found.stream()
                        .map(passage -> passage.getId() + " " + passage.getScore())
                        .toList())
                .containsAnyOf(pages.split(","));
    }

    @ParameterizedTest
    @CsvSource({"How long does a cake bake?", "Who won the world cup in 1998?"})
    void findsNothingCloseToAQuestionOnSomethingElse(String question) {
        assertThat(index.similaritySearch(SearchRequest.builder()
                        .query(question)
                        .similarityThreshold(Guide.CLOSE_ENOUGH)
                        .build()))
                .isEmpty();
    }
}
