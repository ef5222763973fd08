package dev.tidar.sample.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
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

    /** All pages would take half a minute. */
    private static final Set<String> PAGES =
            Set.of("answers.md", "models-by-name.md", "observability.md", "openai.md", "security.md", "testing.md");

    private static VectorStore index;

    @BeforeAll
    static void embedTheGuide(@TempDir Path folder) {
        var model = (EmbeddingModel)
                BeanUtils.instantiateClass(ClassUtils.resolveClassName(MODEL, GuideSearchTest.class.getClassLoader()));
        List<Document> passages = GuidePages.passages().stream()
                .filter(passage -> PAGES.contains(pageOf(passage)))
                .toList();
        index = new PassageIndex(folder, model, passages).open();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    How do I ask for API keys on /v1?                      | openai.md
                    Where are downloaded models kept?                      | models-by-name.md
                    How do I get an answer that keeps to a JSON schema?    | answers.md
                    How do I test my application without loading a model?  | testing.md
                    Which meters are there?                                | observability.md
                    Can two users learn from each other through the cache? | security.md
                    """)
    void findsThePageThatAnswersTheQuestion(String question, String page) {
        List<Document> found = index.similaritySearch(
                SearchRequest.builder().query(question).topK(3).build());

        assertThat(found)
                .extracting(GuideSearchTest::pageOf)
                .as(
                        "pages of the three closest passages: %s",
                        found.stream()
                                .map(passage -> passage.getId() + " " + passage.getScore())
                                .toList())
                .contains(page);
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

    private static String pageOf(Document passage) {
        return passage.getId().replaceFirst("#.*", "");
    }
}
