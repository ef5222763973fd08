package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.Sampling;
import dev.tidar.decode.FewerLayers;
import dev.tidar.decode.TestModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An engine whose draft model is the model without its last layer. */
@DisplayName("A draft model")
class DraftModelTest {

    private static final Path STORIES = TestModel.folder("models/stories260k-tidar");
    private static final Decoding AUTOREGRESSIVE = Decoding.of(DecodeMode.AUTOREGRESSIVE);
    private static final Decoding DRAFT_MODEL = Decoding.of(DecodeMode.DRAFT_MODEL);

    private static Path smaller;
    private static TidarEngine engine;

    @BeforeAll
    static void load(@TempDir Path directory) throws IOException {
        smaller = FewerLayers.of(STORIES, 4, directory.resolve("smaller"));
        engine = TidarEngine.load(options().draftModel(smaller).build());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(DecodeMode.class)
    void changesNoTokenInAnyModeColdOrCached(DecodeMode mode) throws InterruptedException {
        List<List<Integer>> prompts = IntStream.range(0, 6)
                .mapToObj(i -> prompt(20 * i + 3, 40 + 7 * i))
                .toList();
        for (String cache : List.of("cold", "hot")) {
            List<Generation> together = new ArrayList<>();
            for (List<Integer> prompt : prompts) {
                together.add(submit(prompt, Decoding.of(mode), mode.name()));
            }
            for (int i = 0; i < prompts.size(); i++) {
                GenerationResult result = together.get(i).await();
                assertThat(result.tokens())
                        .as("%s, %s, prompt %d", mode, cache, i)
                        .isEqualTo(submit(prompts.get(i), AUTOREGRESSIVE, "reference")
                                .await()
                                .tokens());
                assertThat(result.stats().cachedTokens() > 0).isEqualTo(cache.equals("hot"));
            }
        }
    }

    @Test
    void draftsInForwardsThatAreCountedApart() throws InterruptedException {
        GenerationResult result = submit(prompt(7, 30), DRAFT_MODEL, "counted").await();

        assertThat(result.stats().layout()).isEqualTo("draft model, draft length 5");
        assertThat(result.stats().draftForwards()).isGreaterThan(result.stats().forwards());
        assertThat(result.stats().kept()).anyMatch(kept -> kept > 1);
        assertThat(submit(prompt(7, 30), AUTOREGRESSIVE, "counted")
                        .await()
                        .stats()
                        .draftForwards())
                .isZero();
    }

    @Test
    void leavesNothingBehindWhereRequestsAreCancelled() throws InterruptedException {
        List<Integer> expected =
                submit(prompt(9, 50), AUTOREGRESSIVE, "alone").await().tokens();
        for (int i = 0; i < 10; i++) {
            Generation cancelled = submit(prompt(30 + i, 60), DRAFT_MODEL, "cancelled");
            Generation other = submit(prompt(9, 50), DRAFT_MODEL, "other" + i);
            cancelled.cancel();

            assertThat(other.await().tokens()).isEqualTo(expected);
            assertThat(cancelled.await().tokens().size()).isLessThanOrEqualTo(40);
        }
    }

    @Test
    void givesTheSameTextForTheSameSeed() throws InterruptedException {
        for (int seed = 0; seed < 5; seed++) {
            Sampling sampling = Sampling.builder().temperature(1).seed(seed).build();
            List<List<Integer>> texts = new ArrayList<>();
            for (Decoding decoding : List.of(AUTOREGRESSIVE, DRAFT_MODEL.withDraftLength(3), DRAFT_MODEL)) {
                texts.add(engine.submit(
                                GenerationRequest.builder(new Prompt.Tokens(prompt(5, 10)))
                                        .maxTokens(40)
                                        .sampling(sampling)
                                        .decoding(decoding)
                                        .build(),
                                GenerationListener.NONE)
                        .await()
                        .tokens());
            }
            assertThat(texts).as("seed %d", seed).containsOnly(texts.get(0));
        }
    }

    @Test
    void isNamedInTheStatusAndAmongTheCandidates() {
        assertThat(engine.status().draftModel()).contains("smaller");
        assertThat(engine.status().layout().candidates())
                .anyMatch(candidate -> candidate.decoding().mode() == DecodeMode.DRAFT_MODEL);
    }

    @Test
    void worksForAModelWithoutAMaskToken(@TempDir Path directory) throws Exception {
        Path plain = FewerLayers.of(STORIES, 5, directory.resolve("plain"));
        edit(plain.resolve("config.json"), "\"mask_token_id\": 512,", "");
        edit(plain.resolve("config.json"), "\"block_size\": 8,", "");
        try (TidarEngine other = TidarEngine.load(
                EngineOptions.builder(plain).threads(1).draftModel(smaller).build())) {
            var request = GenerationRequest.builder(new Prompt.Tokens(prompt(5, 10)))
                    .maxTokens(40)
                    .ignoreStopIds(true);
            List<Integer> expected = other.submit(
                            request.decoding(AUTOREGRESSIVE).build(), GenerationListener.NONE)
                    .await()
                    .tokens();

            assertThat(other.submit(request.decoding(DRAFT_MODEL).build(), GenerationListener.NONE)
                            .await()
                            .tokens())
                    .isEqualTo(expected);
            assertThat(other.status().layout().reason()).doesNotContain("cannot draft");
        }
    }

    @Nested
    class IsRejected {

        @TempDir
        private Path directory;

        @Test
        void withOtherTokensNamingBothModelsAndTheFirstDifference() throws IOException {
            Path other = FewerLayers.of(STORIES, 4, directory.resolve("other"));
            edit(other.resolve("tokenizer.json"), ": 500, \"%\": 501", ": 501, \"%\": 500");

            assertRejected(
                    other,
                    "the draft model %s must have the tokenizer of the model %s, but token id 500 is"
                            .formatted(other, STORIES));
        }

        @Test
        void withMoreTokensThanTheModel() throws IOException {
            Path other = FewerLayers.of(STORIES, 4, directory.resolve("other"));
            edit(other.resolve("tokenizer.json"), "\"~\": 510, ", "");

            assertRejected(other, "token id 510 is '~' in the model and unassigned in the draft model");
        }

        @Test
        void withFewerRowsThanTheTokenizerHasTokens() throws IOException {
            Path other = FewerLayers.of(STORIES, 4, directory.resolve("other"));
            FewerLayers.cutVocabulary(other, 400);
            edit(other.resolve("config.json"), "\"mask_token_id\": 512,", "");
            edit(other.resolve("config.json"), "\"block_size\": 8,", "");

            assertRejected(other, "that has ids up to 511, and vocab_size is 400 in the draft model");
        }

        @Test
        void withoutATokenizerWhereTheModelHasOne() throws IOException {
            Path other = FewerLayers.of(STORIES, 4, directory.resolve("other"));
            Files.delete(other.resolve("tokenizer.json"));

            assertRejected(other, "only %s has a tokenizer.json".formatted(STORIES));
        }

        @Test
        void whereItIsNoModel() {
            assertThatThrownBy(() -> TidarEngine.load(
                            options().draftModel(directory.resolve("nowhere")).build()))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContaining("nowhere");
        }

        @Test
        void byEveryRequestForItWhereThereIsNone() {
            try (TidarEngine without = TidarEngine.load(options().build())) {
                assertThatThrownBy(() -> without.submit(
                                GenerationRequest.builder(new Prompt.Tokens(List.of(1)))
                                        .decoding(DRAFT_MODEL)
                                        .build(),
                                GenerationListener.NONE))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("mode draft-model needs a draft model");
            }
            assertThatThrownBy(() -> options().decoding(DRAFT_MODEL).build())
                    .hasMessageContaining("must not be draft-model unless");
        }

        private void assertRejected(Path draft, String message) {
            assertThatThrownBy(
                            () -> TidarEngine.load(options().draftModel(draft).build()))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContaining(message);
        }
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private static EngineOptions.Builder options() {
        return EngineOptions.builder(STORIES).threads(1);
    }

    private static Generation submit(List<Integer> prompt, Decoding decoding, String salt) {
        return engine.submit(
                GenerationRequest.builder(new Prompt.Tokens(prompt))
                        .maxTokens(40)
                        .ignoreStopIds(true)
                        .cacheSalt(salt)
                        .decoding(decoding)
                        .build(),
                GenerationListener.NONE);
    }

    private static List<Integer> prompt(int first, int length) {
        return IntStream.range(0, length)
                .mapToObj(i -> i == 0 ? 1 : 259 + (first + 13 * i) % 250)
                .toList();
    }
}
