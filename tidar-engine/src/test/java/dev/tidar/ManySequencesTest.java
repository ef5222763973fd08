package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.TestModel;
import dev.tidar.sampling.SamplingParams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The engine against one sequence decoded autoregressively without it: whatever runs beside a request, however its
 * prompt is cut, whatever is in the cache and however often it gives its memory away, its tokens are the same.
 */
@DisplayName("A request among others is answered as if it were alone")
@Timeout(120) // a request without an end would wait for ever
class ManySequencesTest {

    private static final Path STORIES = TestModel.folder("models/stories260k-tidar");
    private static final int START = 1;
    private static final int TOKENS = 32;
    private static final int BLOCK_TOKENS = 16;
    private static final long BLOCK_BYTES = 20_480;
    private static final Limits LIMITS = Limits.builder().maxRunning(8).build();

    private static final Map<Case, List<Integer>> alone = new HashMap<>();

    private static TestModel model;
    private static TidarEngine engine;

    @BeforeAll
    static void load() {
        model = TestModel.load("models/stories260k-tidar");
        engine = TidarEngine.load(options().limits(LIMITS).build());
    }

    @AfterAll
    static void close() {
        engine.close();
        model.close();
    }

    static Stream<Decoding> decodings() {
        return Stream.of(
                Decoding.AUTO,
                Decoding.of(DecodeMode.AUTOREGRESSIVE),
                Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(4),
                Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(8),
                Decoding.of(DecodeMode.TWO_PASS).withDraftLength(4),
                Decoding.of(DecodeMode.TWO_PASS).withDraftLength(8));
    }

    /** One of each kind, where the layout is not what is tested. */
    private static final List<Decoding> FEW = List.of(
            Decoding.AUTO,
            Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(4),
            Decoding.of(DecodeMode.TWO_PASS).withDraftLength(8));

    @ParameterizedTest(name = "{0}")
    @MethodSource("decodings")
    void inBatchesOfEverySizeWithACacheThatIsColdAndHot(Decoding decoding) throws InterruptedException {
        for (int batch : new int[] {1, 3, 8}) {
            List<Case> cases = cases(batch);
            for (String cache : List.of("cold", "hot")) {
                List<GenerationResult> results = together(engine, cases, decoding, decoding + " " + batch);
                for (int i = 0; i < batch; i++) {
                    assertThat(results.get(i).tokens())
                            .as("%s, batch of %d, %s, %s", decoding, batch, cache, cases.get(i))
                            .isEqualTo(cases.get(i).expected());
                    assertThat(results.get(i).stats().cachedTokens())
                            .as("%s, %s", cache, cases.get(i))
                            .isEqualTo(cache.equals("hot") ? cases.get(i).fullBlocks() : 0);
                }
            }
        }
    }

    @Test
    void whereEachIsDecodedInAnotherWay() throws InterruptedException {
        List<Decoding> decodings = decodings().toList();
        List<Case> cases = cases(8);
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            generations.add(submit(engine, cases.get(i), decodings.get(i % decodings.size()), "mixed"));
        }
        for (int i = 0; i < cases.size(); i++) {
            assertThat(generations.get(i).await().tokens())
                    .isEqualTo(cases.get(i).expected());
        }
    }

    @ParameterizedTest(name = "prompt chunks of {0}")
    @ValueSource(ints = {1, 7, 64, 512})
    void howeverItsPromptIsCut(int chunk) throws InterruptedException {
        Limits limits = Limits.builder().maxRunning(4).prefillChunk(chunk).build();
        try (TidarEngine cutting = TidarEngine.load(options().limits(limits).build())) {
            List<Case> cases = List.of(
                    new Case(prompt(1, 10), 0, 0),
                    new Case(prompt(2, 200), 0, 0),
                    new Case(prompt(3, 131), 0.8, 7),
                    new Case(prompt(4, 33), 0, 0));
            for (Decoding decoding : decodings().toList()) {
                assertAnswers(together(cutting, cases, decoding, decoding.toString()), cases);
            }
        }
    }

    @ParameterizedTest(name = "token {0} differs: {1} found")
    @CsvSource({"0, 0", "15, 0", "16, 16", "24, 16", "31, 16", "32, 32", "63, 48", "64, 64", "79, 64"})
    void howeverMuchOfItsPromptIsInTheCache(int difference, int found) throws InterruptedException {
        Case known = new Case(prompt(5, 80), 0, 0);
        List<Integer> parted = new ArrayList<>(known.prompt);
        parted.set(difference, parted.get(difference) == 300 ? 301 : 300);
        Case other = new Case(parted, 0, 0);
        for (Decoding decoding : FEW) {
            String salt = "found" + difference + decoding;
            assertAnswers(together(engine, List.of(known), decoding, salt), List.of(known));

            GenerationResult result =
                    together(engine, List.of(other), decoding, salt).get(0);

            assertThat(result.stats().cachedTokens()).isEqualTo(found);
            assertAnswers(List.of(result), List.of(other));
        }
    }

    @Test
    void whereItGoesOnFromAnAnswerThatTheCacheHas() throws InterruptedException {
        for (Decoding decoding : FEW) {
            String salt = "turns" + decoding;
            List<Integer> prompt = prompt(6, 20);
            for (int turn = 0; turn < 3; turn++) {
                Case asked = new Case(List.copyOf(prompt), 0.8, turn);
                GenerationResult answer =
                        together(engine, List.of(asked), decoding, salt).get(0);
                assertAnswers(List.of(answer), List.of(asked));
                int committed = turn == 0 ? 0 : prompt.size() - 11; // all but the last token of the turn before
                assertThat(answer.stats().cachedTokens()).isEqualTo(committed / BLOCK_TOKENS * BLOCK_TOKENS);
                prompt.addAll(answer.tokens());
                prompt.addAll(prompt(10 + turn, 10));
            }
        }
    }

    @Test
    void whereTheCacheIsOff() throws InterruptedException {
        KvCacheOptions off = KvCacheOptions.DEFAULT.withReuse(false);
        try (TidarEngine forgetful =
                TidarEngine.load(options().limits(LIMITS).kvCache(off).build())) {
            List<Case> cases = cases(8);
            for (int round = 0; round < 2; round++) {
                for (Decoding decoding : FEW) {
                    List<GenerationResult> results = together(forgetful, cases, decoding, "off");
                    assertAnswers(results, cases);
                    assertThat(results).allMatch(r -> r.stats().cachedTokens() == 0);
                }
            }
            assertThat(forgetful.status().kv().cachedBytes()).isZero();
        }
    }

    /** Six sequences of up to 8 blocks each in 16. */
    @Test
    void whereItGivesItsMemoryToOlderOnes() throws InterruptedException {
        KvCacheOptions tight = KvCacheOptions.DEFAULT.withBytes(16 * BLOCK_BYTES);
        try (TidarEngine crowded = TidarEngine.load(
                options().contextLength(256).limits(LIMITS).kvCache(tight).build())) {
            List<GenerationRequest> requests = IntStream.range(0, 6)
                    .mapToObj(i -> request(new Case(prompt(20 + i, 24), i % 2 * 0.8, i), Decoding.AUTO, "tight")
                            .maxTokens(100))
                    .map(GenerationRequest.Builder::build)
                    .toList();
            List<List<Integer>> undisturbed = new ArrayList<>();
            for (GenerationRequest request : requests) {
                undisturbed.add(
                        crowded.submit(request, GenerationListener.NONE).await().tokens());
            }
            assertThat(crowded.status().totals().preemptions()).isZero();
            List<Generation> together = requests.stream()
                    .map(request -> crowded.submit(request, GenerationListener.NONE))
                    .toList();
            for (int i = 0; i < requests.size(); i++) {
                assertThat(together.get(i).await().tokens()).as("request %d", i).isEqualTo(undisturbed.get(i));
            }
            assertThat(crowded.status().totals().preemptions()).isPositive();
            var kv = crowded.status().kv();
            assertThat(kv.freeBytes() + kv.cachedBytes()).isEqualTo(kv.bytes());
        }
    }

    @Test
    void withTheSameText() throws InterruptedException {
        List<GenerationRequest> requests = Stream.of("Once upon a time", "One day, a little boy named Tim", "The cat")
                .map(text -> GenerationRequest.builder(new Prompt.Text(text))
                        .temperature(0.8)
                        .seed(text.length())
                        .maxTokens(100)
                        .build())
                .toList();
        List<String> texts = new ArrayList<>();
        for (GenerationRequest request : requests) {
            texts.add(engine.submit(request, GenerationListener.NONE).await().text());
        }
        List<Generation> together = requests.stream()
                .map(request -> engine.submit(request, GenerationListener.NONE))
                .toList();
        for (int i = 0; i < requests.size(); i++) {
            assertThat(together.get(i).await().text()).isNotBlank().isEqualTo(texts.get(i));
        }
    }

    /** A prompt, and how its answer is sampled. */
    private record Case(List<Integer> prompt, double temperature, long seed) {

        List<Integer> expected() {
            return alone.computeIfAbsent(this, Case::decodeAlone);
        }

        private List<Integer> decodeAlone() {
            return model.decode(
                            new DecodeRequest(prompt, new SamplingParams((float) temperature, seed), TOKENS, 512),
                            StepLayout.AUTOREGRESSIVE,
                            64)
                    .tokens();
        }

        int fullBlocks() {
            return (prompt.size() - 1) / BLOCK_TOKENS * BLOCK_TOKENS;
        }
    }

    /** Prompts whose lengths lie around the borders of blocks, every other one with a seed. */
    private static List<Case> cases(int count) {
        int[] lengths = {15, 16, 17, 31, 33, 48, 100, 2};
        return IntStream.range(0, count)
                .mapToObj(i -> new Case(prompt(i, lengths[i]), i % 2 * 0.8, i))
                .toList();
    }

    /** The begin token and tokens after it, the same for the same index. */
    private static List<Integer> prompt(int index, int length) {
        List<Integer> prompt = new ArrayList<>(List.of(START));
        new SplittableRandom(index).ints(length - 1, 259, 512).forEach(prompt::add);
        return prompt;
    }

    private static EngineOptions.Builder options() {
        return EngineOptions.builder(STORIES).threads(1);
    }

    private static List<GenerationResult> together(TidarEngine on, List<Case> cases, Decoding decoding, String salt)
            throws InterruptedException {
        List<Generation> generations =
                cases.stream().map(c -> submit(on, c, decoding, salt)).toList();
        List<GenerationResult> results = new ArrayList<>();
        for (Generation generation : generations) {
            results.add(generation.await());
        }
        return results;
    }

    private static Generation submit(TidarEngine on, Case c, Decoding decoding, String salt) {
        return on.submit(request(c, decoding, salt).build(), GenerationListener.NONE);
    }

    private static GenerationRequest.Builder request(Case c, Decoding decoding, String salt) {
        return GenerationRequest.builder(new Prompt.Tokens(c.prompt))
                .maxTokens(TOKENS)
                .temperature(c.temperature)
                .seed(c.seed)
                .ignoreStopIds(true)
                .decoding(decoding)
                .cacheSalt(Integer.toHexString(salt.hashCode()));
    }

    private static void assertAnswers(List<GenerationResult> results, List<Case> cases) {
        for (int i = 0; i < cases.size(); i++) {
            assertThat(results.get(i).tokens())
                    .as("%s", cases.get(i))
                    .isEqualTo(cases.get(i).expected());
        }
    }
}
