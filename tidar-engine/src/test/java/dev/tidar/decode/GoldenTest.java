package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TestGrid;
import dev.tidar.api.WeightFormat;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.decode.TestModel.Forward;
import dev.tidar.decode.TestModel.Run;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.GroupWidth;
import dev.tidar.step.StepRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Holds the engine against an independent implementation: see {@code golden/PROVENANCE.md} among the resources. */
@DisplayName("The goldens")
class GoldenTest {

    private static final int TOKENS = 64;
    private static final double LOGIT_TOLERANCE = 1e-4;

    static final List<String> MODELS = List.of("llama", "llama-adapter", "qwen2", "qwen3", "nemotron");
    /** Those with traces of steps that the papers do not have. */
    static final List<String> TRACED = List.of("llama", "llama-adapter", "qwen2", "qwen3");

    static Stream<Arguments> models() {
        return onEachKernels(MODELS);
    }

    static Stream<Arguments> traced() {
        return onEachKernels(TRACED);
    }

    /** Each of the models with each of the kernels that this machine can run. */
    static Stream<Arguments> onEachKernels(List<String> models) {
        return models.stream().flatMap(name -> TestKernels.available().map(kernels -> Arguments.of(name, kernels)));
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("models")
    void haveTheLogitsOfPrefillAndStep(String name, TestKernels kernels) {
        try (TestModel model = load(name, kernels)) {
            SafetensorsFixture expected =
                    SafetensorsFixture.read(TestModel.folder("golden/" + name).resolve("expected.safetensors"));
            List<JsonNode> cases = cases(name);
            for (int i = 0; i < Math.min(4, cases.size()); i++) {
                List<Integer> prompt = ints(cases.get(i).get("prompt"));
                assertClose(prefillLogits(model, prompt, 0), expected.floats(i + ".prefill.logits"), model);
                assertClose(
                        stepLogits(model, prompt, expected.longs(i + ".step.tokens")),
                        expected.floats(i + ".step.logits"),
                        model);
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("models")
    void haveTheGreedyTokensOfEveryMode(String name, TestKernels kernels) {
        try (TestModel model = load(name, kernels)) {
            for (JsonNode c : decodedCases(name, kernels)) {
                List<Integer> greedy = ints(c.get("greedy"));
                layouts()
                        .forEach(layout -> assertThat(decode(model, c, layout).tokens())
                                .as("%s, %s", layout, c.get("prompt"))
                                .isEqualTo(greedy));
            }
        }
    }

    /** The traces below cover K = 2, 4 and 8. */
    Stream<StepLayout> layouts() {
        return Stream.of(
                StepLayout.AUTOREGRESSIVE, all(3), outcomes(8, 2), outcomes(32, 1, 3), new TwoPass(3), new TwoPass(32));
    }

    /** Cases of each model. */
    int numCases() {
        return Integer.MAX_VALUE;
    }

    /** Draft lengths of the traces. */
    List<Integer> draftLengths() {
        return List.of(2, 4, 8);
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("models")
    void haveTheTracesOfTheSinglePass(String name, TestKernels kernels) {
        try (TestModel model = load(name, kernels)) {
            for (JsonNode c : decodedCases(name, kernels)) {
                for (int k : draftLengths()) {
                    JsonNode trace = c.get("single_pass").get(String.valueOf(k));
                    Run run = decode(model, c, all(k));
                    assertThat(run.tokens()).isEqualTo(ints(c.get("greedy")));
                    assertSinglePass(run, trace);
                }
                assertSinglePass(decode(model, c, outcomes(4, 1, 4)), c.get("single_pass_k4_outcomes_1_4"));
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("traced")
    void haveTheTracesOfShortGroups(String name, TestKernels kernels) {
        try (TestModel model = load(name, kernels)) {
            for (JsonNode c : decodedCases(name, kernels)) {
                for (int k : draftLengths()) {
                    JsonNode trace = c.get("short_groups").get(String.valueOf(k));
                    Run run = decode(model, c, new SinglePass(k, StepLayout.allOutcomes(k), GroupWidth.SHORT));
                    assertThat(run.tokens()).isEqualTo(ints(c.get("greedy")));
                    assertSinglePass(run, trace);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("traced")
    void haveTheTracesOfStepsThatDraftAndVerifyAlternately(String name, TestKernels kernels) {
        try (TestModel model = load(name, kernels)) {
            for (JsonNode c : decodedCases(name, kernels)) {
                assertSinglePass(decode(model, c, outcomes(4)), c.get("single_pass_k4_no_outcomes"));
                assertSinglePass(
                        decode(model, c, new SinglePass(4, Collections.emptySortedSet(), GroupWidth.SHORT)),
                        c.get("short_groups_k4_no_outcomes"));
            }
        }
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("models")
    void haveTheTracesOfTheTwoPasses(String name, TestKernels kernels) {
        try (TestModel model = load(name, kernels)) {
            for (JsonNode c : decodedCases(name, kernels)) {
                for (int k : draftLengths()) {
                    JsonNode trace = c.get("two_pass").get(String.valueOf(k));
                    Run run = decode(model, c, new TwoPass(k));
                    assertThat(run.tokens()).isEqualTo(ints(c.get("greedy")));
                    List<Forward> verified = run.forwards().stream()
                            .skip(1)
                            .filter(t -> !t.step().isDraftPass())
                            .toList();
                    assertThat(verified).hasSize(trace.size());
                    assertThat(run.numForwards()).isEqualTo(2 * trace.size());
                    for (int i = 0; i < trace.size(); i++) {
                        assertStep(verified.get(i), trace.get(i));
                    }
                }
            }
        }
    }

    private static void assertSinglePass(Run run, JsonNode trace) {
        assertThat(run.forwards()).hasSize(trace.size());
        Forward prefill = run.forwards().get(0);
        assertThat(prefill.result().emitted())
                .containsExactly(trace.get(0).get("anchor").asInt());
        assertThat(prefill.result().drafts()).isEqualTo(drafts(trace.get(0)));
        for (int i = 1; i < trace.size(); i++) {
            assertStep(run.forwards().get(i), trace.get(i));
            if (trace.get(i).has("draft")) {
                assertThat(run.forwards().get(i).result().drafts()).isEqualTo(drafts(trace.get(i)));
            }
        }
    }

    /** Rows and kept; the anchor as well, where the trace goes on after the step. */
    private static void assertStep(Forward forward, JsonNode expected) {
        assertThat(forward.step().exactTokens()).isEqualTo(ints(expected.get("rows")));
        assertThat(forward.emitted()).isEqualTo(expected.get("kept").asInt());
        if (expected.has("anchor")) {
            List<Integer> emitted = forward.result().emitted();
            assertThat(emitted.get(emitted.size() - 1))
                    .isEqualTo(expected.get("anchor").asInt());
        }
    }

    /** Logits of the prompt's rows from the first asked for on, then of 4 masks after it. */
    static float[] prefillLogits(TestModel model, List<Integer> prompt, int first) {
        var rows = new StepRows.Builder();
        int length = prompt.size();
        try (var blocks = model.blocks()) {
            blocks.reserve(length);
            int s = rows.sequence(blocks.blocks());
            for (int i = 0; i < length; i++) {
                rows.exact(s, prompt.get(i), i);
            }
            rows.group(s, masks(model), length, length);
            return model.network()
                    .logits(rows.build(), IntStream.range(first, length + 4).toArray());
        }
    }

    /** The step after the prefill: 4 verify rows, then the groups for kept = 1..4. */
    private static float[] stepLogits(TestModel model, List<Integer> prompt, long[] tokens) {
        int length = prompt.size();
        try (var blocks = model.blocks()) {
            blocks.reserve(length + 4);
            var prefill = new StepRows.Builder();
            int p = prefill.sequence(blocks.blocks());
            for (int i = 0; i < length; i++) {
                prefill.exact(p, prompt.get(i), i);
            }
            model.network().logits(prefill.build(), new int[] {0});

            var rows = new StepRows.Builder();
            int s = rows.sequence(blocks.blocks());
            for (int j = 0; j < 4; j++) {
                rows.exact(s, (int) tokens[j], length + j);
            }
            for (int kept = 1; kept <= 4; kept++) {
                rows.group(s, masks(model), length + kept, length + kept);
            }
            return model.network().logits(rows.build(), IntStream.range(0, 20).toArray());
        }
    }

    private static int[] masks(TestModel model) {
        return IntStream.generate(model::maskToken).limit(4).toArray();
    }

    /** The column of the mask token is not defined. */
    private static void assertClose(float[] actual, float[] expected, TestModel model) {
        assertThat(actual).hasSameSizeAs(expected);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            if (i % model.config().vocabSize() != model.maskToken()) {
                worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
            }
        }
        assertThat(worst).as("largest difference of a logit").isLessThan(LOGIT_TOLERANCE);
    }

    private static TestModel load(String name, TestKernels kernels) {
        return TestModel.load("golden/" + name, kernels.backend(WeightFormat.F32));
    }

    private static Run decode(TestModel model, JsonNode c, StepLayout layout) {
        return model.decode(ints(c.get("prompt")), TOKENS, SamplingParams.GREEDY, layout);
    }

    static StepLayout all(int k) {
        return new SinglePass(k, StepLayout.allOutcomes(k));
    }

    static StepLayout outcomes(int k, Integer... kept) {
        return new SinglePass(k, new TreeSet<>(List.of(kept)));
    }

    private List<JsonNode> cases(String name) {
        Path file = TestModel.folder("golden/" + name).resolve("expected.json");
        List<JsonNode> cases = new ArrayList<>();
        new ObjectMapper().readTree(file.toFile()).get("cases").forEach(cases::add);
        return cases.subList(0, Math.min(numCases(), cases.size()));
    }

    /**
     * The cases that are decoded. Plain kernels have the bits of the vector kernels, so that the sample decodes each
     * case on them with one or two of the models.
     */
    private List<JsonNode> decodedCases(String name, TestKernels kernels) {
        int stride = kernels == TestKernels.PLAIN ? TestGrid.size(3, 2, 1) : 1;
        List<JsonNode> cases = cases(name);
        return IntStream.range(0, cases.size())
                .filter(i -> (i + MODELS.indexOf(name)) % stride == 0)
                .mapToObj(cases::get)
                .toList();
    }

    /** Slot 0 of a draft is the anchor's own place and not used. */
    private static List<Integer> drafts(JsonNode step) {
        if (step.get("draft").isNull()) {
            return List.of();
        }
        List<Integer> draft = ints(step.get("draft"));
        return draft.subList(1, draft.size());
    }

    static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(v -> values.add(v.asInt()));
        return Collections.unmodifiableList(values);
    }
}
