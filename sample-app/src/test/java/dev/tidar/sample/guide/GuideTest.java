package dev.tidar.sample.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tidar.api.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

@DisplayName("Answers from the guide")
class GuideTest {

    @TempDir
    Path folder;

    @Test
    void loadNothingBeforeTheFirstQuestionAndThenOnce() {
        var model = new WordCounts();
        Guide guide = guide(true, model);
        assertThat(guide.isAvailable()).isTrue();
        assertThat(model.embedded()).isZero();
        assertThat(folder).isEmptyDirectory();

        guide.advisor().block();
        int embedded = model.embedded();
        guide.advisor().block();

        assertThat(embedded).isEqualTo(GuidePages.passages().size()).isGreaterThan(200);
        assertThat(model.embedded()).isEqualTo(embedded);
        assertThat(folder).isNotEmptyDirectory();
        guide.destroy();
    }

    @Test
    void failWhereTheLibraryOfTheModelCannotBeLoaded() {
        Guide guide = guide(true, new WordCounts() {
            @Override
            public EmbeddingResponse call(EmbeddingRequest request) {
                throw new UnsatisfiedLinkError("no onnxruntime");
            }
        });

        assertThatIllegalStateException()
                .isThrownBy(() -> guide.advisor().block(Duration.ofMinutes(1)))
                .withMessageContaining("no onnxruntime");
        guide.destroy();
    }

    @Test
    void areRejectedWithoutAnEmbeddingModel() {
        assertRejected(guide(true));
    }

    @Test
    void areRejectedWhereTheyAreSwitchedOff() {
        assertRejected(guide(false, new WordCounts()));
    }

    private static void assertRejected(Guide guide) {
        assertThat(guide.isAvailable()).isFalse();
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> guide.advisor().block())
                .withMessageContaining("guide must be false or missing")
                .withMessageContaining("profile retrieval")
                .withMessageContaining("sample.retrieval.enabled");
        guide.destroy();
    }

    private Guide guide(boolean enabled, EmbeddingModel... models) {
        var beans = new StaticListableBeanFactory();
        for (EmbeddingModel model : models) {
            beans.addBean("model", model);
        }
        return new Guide(new RetrievalProperties(enabled, folder), beans.getBeanProvider(EmbeddingModel.class));
    }
}
