package dev.tidar.sample.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@DisplayName("The embedding model of the sample")
class MiniLmEmbeddingModelTest {

    private static final MiniLmEmbeddingModel MODEL = new MiniLmEmbeddingModel();

    @Test
    void placesTextsOfOneSubjectCloserThanTextsOfTwo() {
        float[] question = MODEL.embed("How do I stop strangers from using my server?");

        assertThat(cosine(question, MODEL.embed("Security: API keys, and what an exposed server has to limit")))
                .isGreaterThan(cosine(question, MODEL.embed("A cake is baked at 180 degrees for forty minutes")) + 0.2);
    }

    @Test
    void hasUnitVectorsOf384Numbers() {
        float[] vector = MODEL.embed(new Document("one text"));

        assertThat(vector).hasSize(384).hasSize(MODEL.dimensions());
        assertThat(cosine(vector, vector)).isCloseTo(1, within(1e-5));
    }

    @Test
    void looksAtTheBeginningOfALongTextOnly() {
        String begin = "word ".repeat(MiniLmEmbeddingModel.MAX_CHARACTERS / 5);

        assertThat(MODEL.embed(begin + "another subject ".repeat(100_000))).isEqualTo(MODEL.embed(begin));
    }

    @Test
    void rejectsABlankText() {
        assertThatIllegalArgumentException().isThrownBy(() -> MODEL.embed(" "));
    }

    @Test
    void isABeanUnlessTheApplicationHasAnother() {
        var runner =
                new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(MiniLmAutoConfiguration.class));

        runner.run(context -> assertThat(context).hasSingleBean(MiniLmEmbeddingModel.class));
        runner.withBean("other", EmbeddingModel.class, () -> org.mockito.Mockito.mock(EmbeddingModel.class))
                .run(context -> assertThat(context).doesNotHaveBean(MiniLmEmbeddingModel.class));
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double ofA = 0;
        double ofB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            ofA += a[i] * a[i];
            ofB += b[i] * b[i];
        }
        return dot / Math.sqrt(ofA * ofB);
    }
}
