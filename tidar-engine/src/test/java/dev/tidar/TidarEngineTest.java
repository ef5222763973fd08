package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Groups;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.TestModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The engine as its users see it, on a real model of 260 thousand parameters. */
@DisplayName("The engine")
class TidarEngineTest {

    private static final Path STORIES = TestModel.folder("models/stories260k-tidar");

    private static TidarEngine engine;

    private static final Decoding FORCED_SHORT =
            Decoding.of(DecodeMode.SINGLE_PASS).withGroups(Groups.FORCED_SHORT);

    @BeforeAll
    static void load() {
        engine = TidarEngine.load(EngineOptions.builder(STORIES)
                .draftModel(STORIES)
                .threads(1)
                .limits(Limits.builder().maxQueued(2).maxRunning(1).build())
                .build());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Nested
    class Generates {

        static Stream<Arguments> modes() {
            return Stream.of(
                    Arguments.of("single_pass", Decoding.of(DecodeMode.SINGLE_PASS), 4),
                    Arguments.of("single_pass", Decoding.of(DecodeMode.SINGLE_PASS), 8),
                    Arguments.of("short_groups", FORCED_SHORT, 2),
                    Arguments.of("short_groups", FORCED_SHORT, 3),
                    Arguments.of("short_groups", FORCED_SHORT, 4),
                    Arguments.of("two_pass", Decoding.of(DecodeMode.TWO_PASS), 4),
                    Arguments.of("two_pass", Decoding.of(DecodeMode.TWO_PASS), 8));
        }

        @ParameterizedTest(name = "{0}, draft length {2}")
        @MethodSource("modes")
        void theTokensAndTheStepsOfTheOracle(String key, Decoding decoding, int k) throws InterruptedException {
            JsonNode expected = expected();
            for (JsonNode c : expected.get("cases")) {
                GenerationResult result = run(request(c, expected)
                        .decoding(decoding.withDraftLength(k))
                        .build());

                assertThat(result.tokens()).as("prompt %s", c.get("prompt")).isEqualTo(ints(c.get("greedy")));
                assertThat(result.stats().kept())
                        .isEqualTo(ints(c.get(key).get(String.valueOf(k)).get("kept")));
            }
        }

        @Test
        void theTokensAndTheStepsOfTheOracleWithoutOutcomes() throws InterruptedException {
            JsonNode expected = expected();
            for (JsonNode c : expected.get("cases")) {
                for (Decoding decoding : List.of(Decoding.of(DecodeMode.SINGLE_PASS), FORCED_SHORT)) {
                    GenerationResult result = run(request(c, expected)
                            .decoding(decoding.withDraftLength(4).withOutcomes(Set.of()))
                            .build());

                    String key = decoding == FORCED_SHORT ? "short_groups" : "single_pass";
                    assertThat(result.tokens()).isEqualTo(ints(c.get("greedy")));
                    assertThat(result.stats().kept())
                            .isEqualTo(ints(c.get(key + "_k4_no_outcomes").get("kept")));
                }
            }
        }

        @ParameterizedTest
        @EnumSource(
                value = DecodeMode.class,
                names = {"AUTO", "AUTOREGRESSIVE"})
        void theTokensAndTheTextOfTheOracle(DecodeMode mode) throws InterruptedException {
            JsonNode expected = expected();
            for (JsonNode c : expected.get("cases")) {
                GenerationResult result =
                        run(request(c, expected).decoding(Decoding.of(mode)).build());

                assertThat(result.tokens()).isEqualTo(ints(c.get("greedy")));
                assertThat(result.text().strip())
                        .isEqualTo(c.get("text").asString().strip());
            }
        }

        @Test
        void theSameTextStreamedAndWhole() throws InterruptedException {
            Recorder recorder = new Recorder();
            GenerationResult result =
                    engine.submit(story().maxTokens(60).build(), recorder).await();

            assertThat(recorder.text()).isEqualTo(result.text());
            assertThat(recorder.ids()).isEqualTo(result.tokens());
            assertThat(recorder.finished).isEqualTo(List.of(result));
        }

        @Test
        void oneChunkAStepWithTheAcceptedDraftsMarked() throws InterruptedException {
            Recorder recorder = new Recorder();
            GenerationResult result = engine.submit(
                            story().maxTokens(60)
                                    .decoding(Decoding.of(DecodeMode.SINGLE_PASS))
                                    .build(),
                            recorder)
                    .await();

            assertThat(recorder.chunks)
                    .extracting(TokenChunk::step)
                    .doesNotHaveDuplicates()
                    .startsWith(0, 1, 2);
            assertThat(recorder.chunks.stream()
                            .skip(1)
                            .map(c -> c.tokens().size())
                            .toList())
                    .isEqualTo(result.stats().kept());
            for (TokenChunk chunk : recorder.chunks.subList(0, recorder.chunks.size() - 1)) {
                List<Boolean> accepted =
                        chunk.tokens().stream().map(TokenChunk.Token::accepted).toList();
                assertThat(accepted.subList(0, accepted.size() - 1)).doesNotContain(false);
                assertThat(accepted.get(accepted.size() - 1)).isFalse();
            }
        }

        @Test
        void theSameTextForTheSameSeedInEveryMode() throws InterruptedException {
            List<String> texts = new ArrayList<>();
            for (DecodeMode mode : DecodeMode.values()) {
                texts.add(run(story().temperature(0.8)
                                .seed(42)
                                .maxTokens(80)
                                .decoding(Decoding.of(mode))
                                .build())
                        .text());
            }
            assertThat(Set.copyOf(texts)).hasSize(1);
            assertThat(run(story().temperature(0.8).seed(43).maxTokens(80).build())
                            .text())
                    .isNotEqualTo(texts.get(0));
        }

        @Test
        void withASeedOfItsOwnThatRepeatsTheText() throws InterruptedException {
            GenerationResult first = run(story().temperature(1).maxTokens(40).build());
            GenerationResult again =
                    run(story().temperature(1).maxTokens(40).seed(first.seed()).build());

            assertThat(again.tokens()).isEqualTo(first.tokens());
        }
    }

    @Nested
    class Ends {

        @ParameterizedTest
        @EnumSource(DecodeMode.class)
        void atMaxTokensExactlyAlsoInsideABlock(DecodeMode mode) throws InterruptedException {
            for (int max = 1; max < 12; max++) {
                GenerationResult result =
                        run(story().maxTokens(max).decoding(Decoding.of(mode)).build());

                assertThat(result.tokens()).hasSize(max);
                assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
                assertThat(result.stats().kept().stream().mapToInt(k -> k).sum())
                        .isEqualTo(max - 1);
            }
        }

        @ParameterizedTest
        @EnumSource(DecodeMode.class)
        void beforeAStopStringThatSpansTokens(DecodeMode mode) throws InterruptedException {
            String whole = run(story().maxTokens(80).build()).text();
            String stop = whole.substring(20, 27);

            GenerationResult result = run(story().maxTokens(80)
                    .stopStrings(List.of("never to be seen", stop))
                    .decoding(Decoding.of(mode))
                    .build());

            assertThat(result.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
        }

        @Test
        void atAStopIdWhichCountsButDoesNotShow() throws InterruptedException {
            GenerationResult result = run(story().maxTokens(400).build());

            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(result.tokens().get(result.tokens().size() - 1)).isEqualTo(1);
            assertThat(result.text()).doesNotContain("<s>");
        }

        @Test
        void atTheEndOfTheContextWhereStopIdsAreIgnored() throws InterruptedException {
            GenerationResult result = run(story().ignoreStopIds(true).build());

            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(result.stats().promptTokens() + result.tokens().size())
                    .isEqualTo(engine.status().model().contextLength());
        }

        @Test
        void withinAStepWhenCancelledAndKeepsWhatWasEmitted() throws InterruptedException {
            CountDownLatch begun = new CountDownLatch(1);
            Recorder recorder = new Recorder() {
                @Override
                public void onChunk(TokenChunk chunk) {
                    super.onChunk(chunk);
                    begun.countDown();
                }
            };
            Generation generation = engine.submit(
                    story().ignoreStopIds(true)
                            .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))
                            .build(),
                    recorder);
            begun.await(30, TimeUnit.SECONDS);
            generation.cancel();
            GenerationResult result = generation.await();

            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.tokens()).isNotEmpty().isEqualTo(recorder.ids());
        }

        @Test
        void withAllItsMemoryFree() throws InterruptedException {
            run(story().maxTokens(30).build());

            KvStatus kv = engine.status().kv();
            assertThat(kv.freeBytes() + kv.cachedBytes()).isEqualTo(kv.bytes());
        }
    }

    @Nested
    class Rejects {

        @Test
        void aChatWhereTheModelHasNoTemplate() {
            assertRejected(GenerationRequest.builder(new Prompt.Chat(List.of())), "1 to 2048 messages");
            assertRejected(
                    GenerationRequest.builder(new Prompt.Chat(List.of(ChatMessage.user("hi")))),
                    "has no chat template");
        }

        @Test
        void idsOutsideTheVocabularyAndTheMask() {
            assertRejected(tokens(1, 513), "in [0, 513), but one is 513");
            assertRejected(tokens(-1), "in [0, 513), but one is -1");
            assertRejected(tokens(1, 512), "is the mask token");
        }

        @Test
        void aPromptWithoutTokens() {
            assertRejected(tokens(), "at least one token");
        }

        @Test
        void aPromptThatFillsTheContext() {
            Integer[] ids = Stream.generate(() -> 300).limit(512).toArray(Integer[]::new);
            assertRejected(
                    GenerationRequest.builder(new Prompt.Tokens(List.of(ids))),
                    "has 512 tokens and needs 33 blocks of KV memory, but a context of 512 has room for 511 tokens in 32 blocks");
        }

        @Test
        void moreCharactersThanAllowedBeforeTokenizingThem() {
            assertRejected(
                    GenerationRequest.builder(new Prompt.Text("a".repeat(2_000_000))), "at most 524288 characters");
        }

        @Test
        void outcomesThatModeAutoWouldIgnore() {
            assertRejected(story().decoding(Decoding.AUTO.withOutcomes(Set.of(1))), "mode auto decides");
            assertRejected(story().decoding(Decoding.AUTO.withDraftLength(5)), "mode auto decides");
            assertRejected(
                    story().decoding(Decoding.of(DecodeMode.TWO_PASS).withOutcomes(Set.of(1))),
                    "belong to mode single-pass");
        }

        @Test
        void shortGroupsThatTheCheckpointDoesNotDeclareOrThatAMixNeedsWhole() {
            Decoding single = Decoding.of(DecodeMode.SINGLE_PASS);
            assertRejected(
                    story().decoding(single.withGroups(Groups.SHORT)),
                    "groups must be full or auto, because stories260k-tidar does not declare short_groups");
            assertRejected(
                    story().decoding(FORCED_SHORT.withBeta(0.5)),
                    "groups must be full or auto with beta below 1, which needs slot 0, but are forced-short");
            assertRejected(story().decoding(Decoding.AUTO.withGroups(Groups.FULL)), "mode auto decides");
            assertRejected(
                    story().decoding(Decoding.of(DecodeMode.TWO_PASS).withGroups(Groups.SHORT)),
                    "groups belong to mode single-pass");
            assertRejected(
                    story().decoding(single.withOutcomes(Set.of()).withBeta(0.5)),
                    "beta below 1 needs single-pass steps with all outcomes, but they are []");
        }

        @Test
        void valuesOutOfRangeByName() {
            assertThatThrownBy(() -> story().maxTokens(0).build()).hasMessageContaining("max-tokens");
            assertThatThrownBy(() -> story().temperature(-1).build()).hasMessageContaining("temperature");
            assertThatThrownBy(() -> story().temperature(Double.NaN).build()).hasMessageContaining("temperature");
            assertThatThrownBy(
                            () -> story().temperature(Double.POSITIVE_INFINITY).build())
                    .hasMessageContaining("temperature");
            assertThatThrownBy(() -> story().stopStrings(List.of("")).build()).hasMessageContaining("stop must");
            assertThatThrownBy(() -> Decoding.AUTO.withDraftLength(33)).hasMessageContaining("draft-length");
        }

        @Test
        void moreRequestsThanItsQueueHoldsAndSaysThatItMaySucceedLater() throws InterruptedException {
            CountDownLatch begun = new CountDownLatch(1);
            Generation running = engine.submit(story().ignoreStopIds(true).build(), new GenerationListener() {
                @Override
                public void onChunk(TokenChunk chunk) {
                    begun.countDown();
                }
            });
            begun.await(30, TimeUnit.SECONDS);
            List<Generation> queued = List.of(
                    engine.submit(story().maxTokens(1).build(), GenerationListener.NONE),
                    engine.submit(story().maxTokens(1).build(), GenerationListener.NONE));
            try {
                assertThatThrownBy(() -> engine.submit(story().maxTokens(1).build(), GenerationListener.NONE))
                        .isInstanceOf(EngineBusyException.class)
                        .hasMessageContaining("2 requests wait")
                        .matches(e -> ((TidarException) e).isTransient());
                queued.get(0).cancel();
            } finally {
                running.cancel();
            }
            running.await();
            assertThat(queued.get(0).await().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(queued.get(1).await().tokens()).hasSize(1);
        }

        private void assertRejected(GenerationRequest.Builder request, String message) {
            assertThatThrownBy(() -> engine.submit(request.build(), GenerationListener.NONE))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(message);
        }
    }

    @Nested
    class GoesOn {

        @Test
        void whenAListenerThrows() throws InterruptedException {
            Generation broken = engine.submit(story().ignoreStopIds(true).build(), new GenerationListener() {
                @Override
                public void onChunk(TokenChunk chunk) {
                    throw new IllegalStateException("listener");
                }
            });

            assertThat(broken.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(run(story().maxTokens(5).build()).tokens()).hasSize(5);
        }

        @Test
        void whenACallerThatWaitsIsInterrupted() throws InterruptedException {
            CountDownLatch hold = new CountDownLatch(1);
            Generation generation = engine.submit(story().ignoreStopIds(true).build(), new GenerationListener() {
                @Override
                public void onChunk(TokenChunk chunk) {
                    awaitQuietly(hold);
                }
            });
            Thread.currentThread().interrupt();
            assertThatThrownBy(generation::await).isInstanceOf(InterruptedException.class);
            hold.countDown();

            assertThat(generation.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
        }
    }

    @Nested
    class Closes {

        @Test
        void withAnEndForEveryRequest() throws InterruptedException {
            TidarEngine own =
                    TidarEngine.load(EngineOptions.builder(STORIES).threads(1).build());
            CountDownLatch begun = new CountDownLatch(1);
            Generation running = own.submit(story().ignoreStopIds(true).build(), new GenerationListener() {
                @Override
                public void onChunk(TokenChunk chunk) {
                    begun.countDown();
                }
            });
            Generation queued = own.submit(story().build(), GenerationListener.NONE);
            begun.await(30, TimeUnit.SECONDS);
            own.close();
            own.close();

            assertThatThrownBy(running::await).isInstanceOf(EngineClosedException.class);
            assertThatThrownBy(queued::await).isInstanceOf(EngineClosedException.class);
            assertThatThrownBy(() -> own.submit(story().build(), GenerationListener.NONE))
                    .isInstanceOf(EngineClosedException.class);
            assertThat(own.status().state()).isEqualTo(EngineState.DEAD);
        }
    }

    @Test
    void saysWhatItIsAndWhatAutoChose() {
        var status = engine.status();

        assertThat(status.state()).isEqualTo(EngineState.READY);
        assertThat(status.model().parameters()).isEqualTo(260_096);
        assertThat(status.model().maskTokenId()).hasValue(512);
        assertThat(status.backend()).matches("(native|vector)-.*");
        assertThat(status.layout().candidates())
                .extracting(c -> c.decoding().mode())
                .contains(DecodeMode.AUTOREGRESSIVE);
        assertThat(status.layout().reason())
                .contains("tokens/s")
                .contains(status.layout().chosen());
    }

    private static class Recorder implements GenerationListener {
        final List<TokenChunk> chunks = new CopyOnWriteArrayList<>();
        final List<GenerationResult> finished = new CopyOnWriteArrayList<>();

        @Override
        public void onChunk(TokenChunk chunk) {
            chunks.add(chunk);
        }

        @Override
        public void onFinished(GenerationResult result) {
            finished.add(result);
        }

        String text() {
            return String.join("", chunks.stream().map(TokenChunk::text).toList());
        }

        List<Integer> ids() {
            return chunks.stream()
                    .flatMap(c -> c.tokens().stream())
                    .map(TokenChunk.Token::id)
                    .toList();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static GenerationResult run(GenerationRequest request) throws InterruptedException {
        return engine.submit(request, GenerationListener.NONE).await();
    }

    private static GenerationRequest.Builder story() {
        return GenerationRequest.builder(new Prompt.Text("One day, a little boy named Tim"));
    }

    private static GenerationRequest.Builder tokens(Integer... ids) {
        return GenerationRequest.builder(new Prompt.Tokens(List.of(ids)));
    }

    private static GenerationRequest.Builder request(JsonNode c, JsonNode expected) {
        return GenerationRequest.builder(new Prompt.Tokens(ints(c.get("prompt_ids"))))
                .maxTokens(expected.get("max_tokens").asInt());
    }

    private static JsonNode expected() {
        return new ObjectMapper().readTree(STORIES.resolve("expected.json").toFile());
    }

    private static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(v -> values.add(v.asInt()));
        return values;
    }
}
