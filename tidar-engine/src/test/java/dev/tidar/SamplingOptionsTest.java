package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.LogProbs;
import dev.tidar.api.Prompt;
import dev.tidar.api.Sampling;
import dev.tidar.decode.TestModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sampling as a request asks for it; numbers in names are rows of the list of bad inputs. */
@DisplayName("What a request says of sampling")
class SamplingOptionsTest {

    private static final int BEYOND = 1000;

    private static TidarEngine engine;

    @BeforeAll
    static void load() {
        engine = TidarEngine.load(EngineOptions.builder(TestModel.folder("models/stories260k-tidar"))
                .threads(1)
                .build());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void isToldToBeLossyOrNot() throws InterruptedException {
        Decoding exact = Decoding.of(DecodeMode.SINGLE_PASS);

        assertThat(run(request().decoding(exact).build()).stats().lossy()).isFalse();
        assertThat(run(request().decoding(exact.withBeta(0.5)).build()).stats().lossy())
                .isTrue();
    }

    @Nested
    class IsRejected {

        static Stream<Arguments> values() {
            return Stream.of(
                    bad("E81 temperature", s -> s.temperature(-1)),
                    bad("E81 temperature", s -> s.temperature(Double.NaN)),
                    bad("E81 temperature", s -> s.temperature(Double.POSITIVE_INFINITY)),
                    bad("E81 temperature", s -> s.temperature(1e-9)),
                    bad("E81 temperature", s -> s.temperature(1e9)),
                    bad("E82 top-p", s -> s.topP(0)),
                    bad("E82 top-p", s -> s.topP(1.0001)),
                    bad("E82 top-p", s -> s.topP(Double.NaN)),
                    bad("E82 top-k", s -> s.topK(-1)),
                    bad("E82 min-p", s -> s.minP(-0.1)),
                    bad("E82 min-p", s -> s.minP(1.1)),
                    bad("E82 min-p", s -> s.minP(Double.NaN)),
                    bad("E82 typical-p", s -> s.typicalP(0)),
                    bad("E82 typical-p", s -> s.typicalP(2)),
                    bad("E83 repetition-penalty", s -> s.repetitionPenalty(0)),
                    bad("E83 repetition-penalty", s -> s.repetitionPenalty(Double.NaN)),
                    bad("E83 repetition-penalty", s -> s.repetitionPenalty(1e9)),
                    bad("E83 presence-penalty", s -> s.presencePenalty(1e9)),
                    bad("E83 presence-penalty", s -> s.presencePenalty(Double.NaN)),
                    bad("E83 frequency-penalty", s -> s.frequencyPenalty(-1e9)),
                    bad("E87 logit-bias", s -> s.logitBias(Map.of(3, Double.NaN))),
                    bad("E87 logit-bias", s -> s.logitBias(Map.of(3, 101.0))),
                    bad("E87 logit-bias", s -> s.logitBias(biases(100_000))));
        }

        private static Arguments bad(String name, UnaryOperator<Sampling.Builder> change) {
            return Arguments.of(name, change);
        }

        private static Map<Integer, Double> biases(int count) {
            return IntStream.range(0, count).boxed().collect(Collectors.toMap(id -> id, id -> 1.0));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("values")
        void outOfRangeByName(String name, UnaryOperator<Sampling.Builder> change) {
            Sampling.Builder builder = change.apply(Sampling.builder());
            assertThatThrownBy(builder::build)
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith(name.substring(4));
        }

        static Stream<Arguments> lossyRequests() {
            Decoding lossy = Decoding.of(DecodeMode.SINGLE_PASS).withBeta(0.5);
            return Stream.of(
                    Arguments.of("single-pass", request().decoding(Decoding.AUTO.withBeta(0.5))),
                    Arguments.of(
                            "single-pass",
                            request().decoding(Decoding.of(DecodeMode.TWO_PASS).withBeta(0))),
                    Arguments.of("all outcomes", request().decoding(lossy.withOutcomes(Set.of(1)))),
                    Arguments.of("logprobs", request().decoding(lossy).logProbs(0)));
        }

        @ParameterizedTest(name = "a beta below 1, because of {0}")
        @MethodSource("lossyRequests")
        void whereItCannotBeLossy(String what, GenerationRequest.Builder request) {
            assertThatThrownBy(() -> run(request.build()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(what)
                    .hasMessageContaining("beta");
        }

        @ParameterizedTest(name = "E87 a bias of token {0}")
        @ValueSource(ints = {-1, BEYOND, Integer.MAX_VALUE})
        void forATokenThatTheModelDoesNotHave(int id) {
            GenerationRequest biased = request()
                    .sampling(Sampling.builder().logitBias(Map.of(id, 1.0)).build())
                    .build();
            assertThatThrownBy(() -> run(biased))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("logit-bias");
            assertThatThrownBy(() -> run(request().stopIds(Set.of(id)).build()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("stop-ids");
        }

        @ParameterizedTest(name = "E80 min tokens {0} of 10")
        @ValueSource(ints = {-1, 11})
        void withAMinimumLengthThatCannotBe(int tokens) {
            GenerationRequest.Builder builder = request().maxTokens(10).minTokens(tokens);
            assertThatThrownBy(builder::build)
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("min-tokens");
        }

        @ParameterizedTest(name = "log-probabilities of {0} tokens")
        @ValueSource(ints = {-1, 21})
        void withTooManyLogProbs(int top) {
            assertThatThrownBy(() -> request().logProbs(top).build())
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("logprobs");
        }
    }

    @Nested
    class IsHonoured {

        @ParameterizedTest(name = "E86 seed {0}")
        @ValueSource(longs = {Long.MIN_VALUE, Long.MAX_VALUE, 0})
        void withAnySeed(long seed) throws InterruptedException {
            GenerationRequest request =
                    request().maxTokens(5).temperature(1).seed(seed).build();
            assertThat(run(request).tokens()).isEqualTo(run(request).tokens());
            assertThat(run(request).seed()).isEqualTo(seed);
        }

        @Test
        void withATopKBeyondTheVocabularyAsIfItWereOff() throws InterruptedException {
            Sampling plain = Sampling.builder().temperature(1).seed(4).build();
            Sampling wide = plain.toBuilder()
                    .topK(Integer.MAX_VALUE)
                    .topP(1)
                    .minP(0)
                    .typicalP(1)
                    .build();
            assertThat(run(request().sampling(wide).build()).tokens())
                    .isEqualTo(run(request().sampling(plain).build()).tokens());
        }

        @Test
        void withABiasThatForbidsWhatGreedyDecodingWouldSay() throws InterruptedException {
            List<Integer> greedy = run(request().build()).tokens();
            Map<Integer, Double> never = new HashMap<>();
            greedy.forEach(id -> never.put(id, -100.0));
            List<Integer> biased = run(request()
                            .sampling(Sampling.builder().logitBias(never).build())
                            .build())
                    .tokens();
            assertThat(biased).hasSameSizeAs(greedy).doesNotContainAnyElementsOf(greedy);
        }

        @Test
        void withAStopIdOfItsOwn() throws InterruptedException {
            List<Integer> greedy = run(request().build()).tokens();
            int stop = greedy.get(7);
            GenerationResult result = run(request().stopIds(Set.of(stop)).build());
            assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(result.tokens()).isEqualTo(greedy.subList(0, greedy.indexOf(stop) + 1));
        }

        @Test
        void withALeastLengthBeforeWhichNothingStops() throws InterruptedException {
            List<Integer> greedy = run(request().build()).tokens();
            Set<Integer> stops = Set.copyOf(greedy.subList(0, 8));
            for (DecodeMode mode : List.of(DecodeMode.AUTOREGRESSIVE, DecodeMode.SINGLE_PASS, DecodeMode.TWO_PASS)) {
                GenerationResult result = run(request()
                        .decoding(Decoding.of(mode))
                        .stopIds(stops)
                        .minTokens(12)
                        .build());
                assertThat(result.tokens().subList(0, 12)).doesNotContainAnyElementsOf(stops);
            }
        }

        @Test
        void withStopStringsOnlyAfterTheLeastLength() throws InterruptedException {
            assertThat(run(request().stopStrings(List.of("e")).build()).tokens())
                    .hasSizeLessThan(12);
            GenerationResult result =
                    run(request().stopStrings(List.of("e")).minTokens(12).build());
            assertThat(result.tokens()).hasSizeGreaterThanOrEqualTo(12);
            assertThat(result.text()).contains("e");
        }

        @Test
        void withTheSameTextInEveryModeWherePenaltiesAreOn() throws InterruptedException {
            Sampling sampling = Sampling.builder()
                    .temperature(0.9)
                    .topP(0.95)
                    .repetitionPenalty(1.2)
                    .presencePenalty(0.3)
                    .frequencyPenalty(0.2)
                    .seed(17)
                    .build();
            List<String> texts = Stream.of(DecodeMode.AUTOREGRESSIVE, DecodeMode.SINGLE_PASS, DecodeMode.TWO_PASS)
                    .map(mode -> request()
                            .sampling(sampling)
                            .decoding(Decoding.of(mode))
                            .build())
                    .map(SamplingOptionsTest::text)
                    .toList();
            assertThat(texts.get(1)).isNotEmpty().isEqualTo(texts.get(0));
            assertThat(texts.get(2)).isEqualTo(texts.get(0));
        }

        @Test
        void withLogProbsOfEachTokenInChunksAndResult() throws InterruptedException {
            GenerationResult result = run(request().logProbs(3).build());
            assertThat(result.logProbs()).hasSameSizeAs(result.tokens());
            for (int i = 0; i < result.tokens().size(); i++) {
                LogProbs told = result.logProbs().get(i);
                assertThat(told.top()).hasSize(3);
                assertThat(told.top().get(0))
                        .isEqualTo(new LogProbs.TopToken(result.tokens().get(i), told.logProb()));
            }
            assertThat(run(request().build()).logProbs()).isEmpty();
        }
    }

    private static GenerationRequest.Builder request() {
        return GenerationRequest.builder(new Prompt.Text("One day, a little boy named Tim"))
                .maxTokens(30);
    }

    private static String text(GenerationRequest request) {
        try {
            return run(request).text();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static GenerationResult run(GenerationRequest request) throws InterruptedException {
        return engine.submit(request, GenerationListener.NONE).await();
    }
}
