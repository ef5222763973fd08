package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TestGrid;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.decode.TestModel.Run;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.GroupWidth;
import dev.tidar.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The backbone: whatever the layout, the tokens are those of autoregressive decoding, on a model that really drafts.
 */
@DisplayName("Every layout emits what autoregressive decoding emits")
class EquivalenceTest {

    private static final int PROMPTS = TestGrid.size(8, 50, 200);

    /**
     * Prompts of the same tests on a bf16 cache: the rows are the same, so are the layouts; what differs is rounding.
     */
    private static final int BF16_PROMPTS = TestGrid.size(4, 30);

    /** Prompts for every combination of draft length and outcomes, whose widest steps have 1056 rows. */
    private static final int WIDE_PROMPTS = TestGrid.size(1, 2, 3);

    /** Prompts of short groups and of steps without outcomes, at every draft length. */
    private static final int SHORT_PROMPTS = TestGrid.size(4, 20, 30);

    /** Prompts of drafts from the text, with long answers, because these repeat themselves. */
    private static final int TEXT_PROMPTS = TestGrid.size(2, 6, 30);

    private static final int TOKENS = TestGrid.size(64, 128);
    private static final int START = 1;

    private static final LogitBias BIAS = new LogitBias(new int[] {300, 400}, new float[] {1, -1});
    private static final BannedIds BANNED = new BannedIds(new int[] {1, 2}, 30);

    /** Tokens of autoregressive decoding, which several layouts and draft lengths are compared with. */
    private static final Map<Asked, List<Integer>> REFERENCES = new ConcurrentHashMap<>();

    private static TestModel model;
    private static TestModel second;
    private static TestModel bf16;

    /** A prompt and its sampling, on a cache of some type. */
    private record Asked(DType kvType, int index, SamplingParams params) {}

    @BeforeAll
    static void load() {
        model = TestModel.load("models/stories260k-tidar");
        second = TestModel.load("models/stories260k-tidar");
        bf16 = TestModel.load("models/stories260k-tidar", Backend.onCpu(WeightFormat.F32, 1), DType.BF16);
    }

    @AfterAll
    static void close() {
        REFERENCES.clear();
        model.close();
        second.close();
        bf16.close();
    }

    @ParameterizedTest(name = "draft length {0}")
    @ValueSource(ints = {2, 4, 8})
    void greedily(int draftLength) {
        assertEqualTokens(draftLength, prompt -> SamplingParams.GREEDY);
    }

    @ParameterizedTest(name = "draft length {0}")
    @ValueSource(ints = {2, 4, 8})
    void atTemperatureWithASeed(int draftLength) {
        assertEqualTokens(draftLength, prompt -> new SamplingParams(0.8f, 1000L + prompt));
    }

    @ParameterizedTest(name = "draft length {0}")
    @ValueSource(ints = {2, 8})
    void withEveryFilterAndPenaltyOn(int draftLength) {
        assertEqualTokens(draftLength, prompt -> everythingOn(2000L + prompt));
    }

    @Test
    void withPenaltiesAmongOthersInABatch() {
        List<StepLayout> layouts = List.of(
                all(4),
                new TwoPass(4),
                StepLayout.AUTOREGRESSIVE,
                outcomes(8, 1, 3),
                allShort(4),
                alternating(3),
                outcomes(4));
        List<RunningSequence> batch = new ArrayList<>();
        for (int i = 0; i < layouts.size(); i++) {
            batch.add(new RunningSequence(
                    new DecodeRequest(prompt(i), everythingOn(i), 40, 100),
                    LayoutChoice.fixed(layouts.get(i)),
                    model.blocks(),
                    TokenSink.NONE));
        }
        decode(batch);
        for (int i = 0; i < batch.size(); i++) {
            assertThat(batch.get(i).sequence().emitted())
                    .isEqualTo(tokens(prompt(i), everythingOn(i), StepLayout.AUTOREGRESSIVE)
                            .subList(0, 40));
        }
    }

    /** Decodes all sequences together to their ends. */
    private static void decode(List<RunningSequence> batch) {
        Decoder decoder = new Decoder(model.network(), model.maskToken());
        try {
            for (List<RunningSequence> running = batch; !running.isEmpty(); running = unfinished(batch)) {
                List<Turn> turns = running.stream()
                        .map(s -> decoder.plan(s, 7).orElseThrow())
                        .toList();
                turns.forEach(turn ->
                        assertThat(turn.sequence().blocks().reserve(turn.end())).isTrue());
                decoder.step(turns);
            }
        } finally {
            batch.forEach(RunningSequence::close);
        }
    }

    private static List<RunningSequence> unfinished(List<RunningSequence> batch) {
        return batch.stream().filter(s -> s.finish().isEmpty()).toList();
    }

    private static SamplingParams everythingOn(long seed) {
        return new SamplingParams(
                0.8f,
                seed,
                new Filters(50, 0.95, 0.01, 0.97),
                new Penalties(1.1f, 0.1f, 0.1f),
                BIAS,
                BANNED,
                OptionalInt.empty());
    }

    /** With few prompts: the rows of the other layouts have been through every case above. */
    @ParameterizedTest(name = "draft length {0}")
    @ValueSource(ints = {2, 3, 8})
    void withShortGroupsAndWithoutGroupsAlternately(int draftLength) {
        long steps = 0;
        long emitted = 0;
        for (int i = 0; i < SHORT_PROMPTS; i++) {
            for (SamplingParams params : List.of(SamplingParams.GREEDY, everythingOn(2000L + i))) {
                List<Integer> expected = autoregressive(model, i, index -> params);
                for (StepLayout layout : List.of(allShort(draftLength), alternating(draftLength))) {
                    Run run = model.decode(prompt(i), TOKENS, params, layout);

                    assertThat(run.tokens()).as("%s, prompt %d", layout, i).isEqualTo(expected);
                    steps += run.kept().size();
                    emitted += run.tokens().size() - 1;
                }
            }
        }
        assertThat(emitted).as("with drafts accepted").isGreaterThan(steps + steps / 16);
    }

    @Test
    void greedilyOnABf16Cache() {
        assertEqualTokensOnABf16Cache(prompt -> SamplingParams.GREEDY);
    }

    @Test
    void atTemperatureWithASeedOnABf16Cache() {
        assertEqualTokensOnABf16Cache(prompt -> new SamplingParams(0.8f, 1000L + prompt));
    }

    @Test
    void whateverTheDraftLengthAndTheOutcomes() {
        for (int i = 0; i < WIDE_PROMPTS; i++) {
            List<Integer> prompt = prompt(i);
            SamplingParams params = new SamplingParams(0.8f, i);
            List<Integer> expected = tokens(prompt, params, StepLayout.AUTOREGRESSIVE);
            for (int k : List.of(2, 3, 5, 16, 32)) {
                Stream.of(
                                all(k),
                                outcomes(k, 1),
                                outcomes(k, 2),
                                outcomes(k, 1, k),
                                outcomes(k),
                                allShort(k),
                                new SinglePass(k, new TreeSet<>(Set.of(2)), GroupWidth.SHORT),
                                alternating(k),
                                new TwoPass(k))
                        .forEach(layout -> assertThat(tokens(prompt, params, layout))
                                .as("%s, prompt %s", layout, prompt)
                                .isEqualTo(expected));
            }
        }
    }

    @Test
    void withDraftsFromTheTextUpToTheVeryEndOfTheContext() {
        List<Integer> prompt = new ArrayList<>();
        while (prompt.size() < 60) {
            prompt.addAll(prompt(5));
        }
        for (int context = prompt.size() + 1; context < prompt.size() + 20; context += TestGrid.size(3, 1)) {
            DecodeRequest request = new DecodeRequest(prompt, SamplingParams.GREEDY, 1000, context);
            List<Integer> expected =
                    model.decode(request, StepLayout.AUTOREGRESSIVE, 64).tokens();
            for (StepLayout layout : List.of(StepLayout.AUTOREGRESSIVE, all(4), allShort(2), new TwoPass(4))) {
                assertThat(model.decode(request, new FreeRows(layout), 64).tokens())
                        .as("%s, context %d", layout, context)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void withDraftsFromTheTextAmongOthersInABatch() {
        List<RunningSequence> batch = new ArrayList<>();
        List<StepLayout> layouts = List.of(StepLayout.AUTOREGRESSIVE, allShort(2), all(4), alternating(3));
        for (int i = 0; i < layouts.size(); i++) {
            batch.add(new RunningSequence(
                    new DecodeRequest(prompt(i), SamplingParams.GREEDY, 80, 96),
                    new FreeRows(layouts.get(i)),
                    model.blocks(),
                    TokenSink.NONE));
        }
        decode(batch);
        for (int i = 0; i < batch.size(); i++) {
            DecodeRequest alone = new DecodeRequest(prompt(i), SamplingParams.GREEDY, 80, 96);
            assertThat(batch.get(i).sequence().emitted())
                    .isEqualTo(
                            model.decode(alone, StepLayout.AUTOREGRESSIVE, 64).tokens());
        }
    }

    @Test
    void withDraftsFromTheText() {
        List<StepLayout> layouts = List.of(
                StepLayout.AUTOREGRESSIVE, all(4), allShort(2), outcomes(4, 1, 4), alternating(3), new TwoPass(4));
        Counts fromText = new Counts(0, 0);
        for (int i = 0; i < TEXT_PROMPTS; i++) {
            for (SamplingParams params : List.of(SamplingParams.GREEDY, new SamplingParams(0.3f, 7L + i))) {
                DecodeRequest request = new DecodeRequest(prompt(i), params, 300, 512);
                List<Integer> expected =
                        model.decode(request, StepLayout.AUTOREGRESSIVE, 64).tokens();
                for (StepLayout layout : layouts) {
                    Run run = model.decode(request, new FreeRows(layout), 64);

                    assertThat(run.tokens()).as("%s, prompt %d", layout, i).isEqualTo(expected);
                    for (TestModel.Forward forward : run.forwards()) {
                        if (forward.step().verifyRows() > Math.max(layout.draftLength(), 1)) {
                            fromText = fromText.plus(new Counts(1, forward.emitted()));
                        }
                    }
                }
            }
        }
        assertThat(fromText.steps()).isGreaterThan(100);
        assertThat(fromText.emitted()).as("with drafts accepted").isGreaterThan(2 * fromText.steps());
    }

    @ParameterizedTest(name = "chunks of {0}")
    @ValueSource(ints = {1, 7, 64, 1000})
    void howeverThePromptIsCut(int chunk) {
        assertEqualTokensFromChunks(model, chunk);
    }

    @ParameterizedTest(name = "chunks of {0}")
    @ValueSource(ints = {1, 7, 64, 1000})
    void howeverThePromptIsCutOnABf16Cache(int chunk) {
        assertEqualTokensFromChunks(bf16, chunk);
    }

    private static void assertEqualTokensFromChunks(TestModel on, int chunk) {
        List<Integer> prompt = new ArrayList<>();
        while (prompt.size() < 150) {
            prompt.addAll(prompt(prompt.size()));
        }
        DecodeRequest request = new DecodeRequest(prompt, SamplingParams.GREEDY, 300, 512);
        List<Integer> whole =
                on.decode(request, StepLayout.AUTOREGRESSIVE, 1000).tokens();
        for (StepLayout layout : List.of(StepLayout.AUTOREGRESSIVE, all(4), allShort(4), new TwoPass(4))) {
            assertThat(on.decode(request, layout, chunk).tokens())
                    .as("%s", layout)
                    .isEqualTo(whole);
        }
    }

    @Test
    void upToTheVeryEndOfTheContext() {
        List<Integer> prompt = prompt(3);
        for (int context = prompt.size() + 1; context < prompt.size() + 40; context += TestGrid.size(3, 1)) {
            DecodeRequest request = new DecodeRequest(prompt, SamplingParams.GREEDY, 1000, context);
            List<Integer> expected =
                    model.decode(request, StepLayout.AUTOREGRESSIVE, 64).tokens();
            assertThat(expected).hasSize(context - prompt.size());
            for (StepLayout layout : List.of(all(8), outcomes(8, 1), allShort(8), alternating(8), new TwoPass(8))) {
                assertThat(model.decode(request, layout, 64).tokens())
                        .as("%s, context %d", layout, context)
                        .isEqualTo(expected);
            }
        }
    }

    private interface ParamsFor {
        SamplingParams prompt(int index);
    }

    /** Half of the prompts on each of two models, because there are many. */
    private static void assertEqualTokens(int draftLength, ParamsFor params) {
        CompletableFuture<Counts> odd =
                CompletableFuture.supplyAsync(() -> assertEqualTokens(second, everySecond(1), draftLength, params));
        try {
            Counts even = assertEqualTokens(model, everySecond(0), draftLength, params);
            assertDraftsAccepted(even.plus(odd.join()));
        } finally {
            odd.handle((counts, failure) -> counts).join(); // the model is closed after the last test
        }
    }

    private static IntStream everySecond(int first) {
        return IntStream.iterate(first, i -> i < PROMPTS, i -> i + 2);
    }

    private static void assertEqualTokensOnABf16Cache(ParamsFor params) {
        assertDraftsAccepted(assertEqualTokens(bf16, IntStream.range(0, BF16_PROMPTS), 4, params));
        // a cache that does not round would emit the tokens of a float cache
        assertThat(IntStream.range(0, BF16_PROMPTS)
                        .filter(i -> !autoregressive(bf16, i, params).equals(autoregressive(model, i, params))))
                .isNotEmpty();
    }

    /** Drafts that are never accepted would make the equality cheap. */
    private static void assertDraftsAccepted(Counts counts) {
        assertThat(counts.emitted).isGreaterThan(counts.steps + counts.steps / 4);
    }

    private record Counts(long steps, long emitted) {
        Counts plus(Counts other) {
            return new Counts(steps + other.steps, emitted + other.emitted);
        }
    }

    private static List<Integer> autoregressive(TestModel on, int index, ParamsFor params) {
        SamplingParams how = params.prompt(index);
        Asked asked = new Asked(on == bf16 ? DType.BF16 : DType.F32, index, how);
        List<Integer> known = REFERENCES.get(asked);
        if (known != null) {
            return known;
        }
        List<Integer> tokens =
                on.decode(prompt(index), TOKENS, how, StepLayout.AUTOREGRESSIVE).tokens();
        REFERENCES.put(asked, tokens);
        return tokens;
    }

    private static Counts assertEqualTokens(TestModel on, IntStream prompts, int draftLength, ParamsFor params) {
        Counts counts = new Counts(0, 0);
        for (int i : prompts.toArray()) {
            List<Integer> prompt = prompt(i);
            SamplingParams how = params.prompt(i);
            List<Integer> expected = autoregressive(on, i, params);
            for (StepLayout layout : List.of(all(draftLength), new TwoPass(draftLength))) {
                Run run = on.decode(prompt, TOKENS, how, layout);

                assertThat(run.tokens())
                        .as("%s, prompt %s, %s", layout, prompt, how)
                        .isEqualTo(expected);
                counts = counts.plus(new Counts(run.kept().size(), run.tokens().size() - 1));
            }
        }
        return counts;
    }

    private static List<Integer> tokens(List<Integer> prompt, SamplingParams params, StepLayout layout) {
        return model.decode(prompt, TOKENS, params, layout).tokens();
    }

    /** The begin token and some tokens after it, the same for the same index. */
    private static List<Integer> prompt(int index) {
        var random = new SplittableRandom(index);
        List<Integer> prompt = new ArrayList<>(List.of(START));
        random.ints(random.nextInt(1, 12), 259, 512).forEach(prompt::add);
        return prompt;
    }

    private static StepLayout all(int k) {
        return new SinglePass(k, StepLayout.allOutcomes(k));
    }

    private static StepLayout allShort(int k) {
        return new SinglePass(k, StepLayout.allOutcomes(k), GroupWidth.SHORT);
    }

    /** Steps of K verify rows and of one verify row with a short group. */
    private static StepLayout alternating(int k) {
        return new SinglePass(k, new TreeSet<>(), GroupWidth.SHORT);
    }

    private static StepLayout outcomes(int k, Integer... kept) {
        return new SinglePass(k, new TreeSet<>(Set.of(kept)));
    }
}
