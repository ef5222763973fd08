package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.decode.TestModel.Run;
import dev.tidar.sampling.Picking;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
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

    private static final int PROMPTS = 200;
    private static final int TOKENS = 128;
    private static final int START = 1;

    private static TestModel model;

    @BeforeAll
    static void load() {
        model = TestModel.load("models/stories260k-tidar");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest(name = "draft length {0}")
    @ValueSource(ints = {2, 4, 8})
    void greedily(int draftLength) {
        assertEqualTokens(draftLength, prompt -> Picking.GREEDY);
    }

    @ParameterizedTest(name = "draft length {0}")
    @ValueSource(ints = {2, 4, 8})
    void atTemperatureWithASeed(int draftLength) {
        assertEqualTokens(draftLength, prompt -> new Picking(0.8f, 1000L + prompt));
    }

    @Test
    void whateverTheDraftLengthAndTheOutcomes() {
        for (int i = 0; i < 3; i++) {
            List<Integer> prompt = prompt(i);
            Picking picking = new Picking(0.8f, i);
            List<Integer> expected = tokens(prompt, picking, StepLayout.AUTOREGRESSIVE);
            for (int k : List.of(2, 3, 5, 16, 32)) {
                Stream.of(all(k), outcomes(k, 1), outcomes(k, 2), outcomes(k, 1, k), new TwoPass(k))
                        .forEach(layout -> assertThat(tokens(prompt, picking, layout))
                                .as("%s, prompt %s", layout, prompt)
                                .isEqualTo(expected));
            }
        }
    }

    @ParameterizedTest(name = "chunks of {0}")
    @ValueSource(ints = {1, 7, 64, 1000})
    void howeverThePromptIsCut(int chunk) {
        List<Integer> prompt = new ArrayList<>();
        while (prompt.size() < 150) {
            prompt.addAll(prompt(prompt.size()));
        }
        StopRule stop = new StopRule(Set.of(), List.of(), 40, 512);
        for (StepLayout layout : List.of(StepLayout.AUTOREGRESSIVE, all(4), new TwoPass(4))) {
            Run run = model.decode(prompt, stop, Picking.GREEDY, layout, chunk);
            assertThat(run.tokens())
                    .isEqualTo(tokens(prompt, Picking.GREEDY, StepLayout.AUTOREGRESSIVE)
                            .subList(0, 40));
        }
    }

    @Test
    void upToTheVeryEndOfTheContext() {
        List<Integer> prompt = prompt(3);
        for (int context = prompt.size() + 1; context < prompt.size() + 40; context++) {
            StopRule stop = new StopRule(Set.of(), List.of(), 1000, context);
            List<Integer> expected = model.decode(prompt, stop, Picking.GREEDY, StepLayout.AUTOREGRESSIVE, 64)
                    .tokens();
            assertThat(expected).hasSize(context - prompt.size());
            for (StepLayout layout : List.of(all(8), outcomes(8, 1), new TwoPass(8))) {
                assertThat(model.decode(prompt, stop, Picking.GREEDY, layout, 64)
                                .tokens())
                        .as("%s, context %d", layout, context)
                        .isEqualTo(expected);
            }
        }
    }

    private interface PickingFor {
        Picking prompt(int index);
    }

    private static void assertEqualTokens(int draftLength, PickingFor picking) {
        long steps = 0;
        long emitted = 0;
        for (int i = 0; i < PROMPTS; i++) {
            List<Integer> prompt = prompt(i);
            Picking how = picking.prompt(i);
            List<Integer> expected = tokens(prompt, how, StepLayout.AUTOREGRESSIVE);
            Run single = model.decode(prompt, TOKENS, how, all(draftLength));
            Run two = model.decode(prompt, TOKENS, how, new TwoPass(draftLength));

            assertThat(single.tokens())
                    .as("single pass, prompt %s, %s", prompt, how)
                    .isEqualTo(expected);
            assertThat(two.tokens()).as("two pass, prompt %s, %s", prompt, how).isEqualTo(expected);
            steps += single.kept().size() + two.kept().size();
            emitted += single.tokens().size() + two.tokens().size() - 2;
        }
        // drafts that are never accepted would make the equality cheap
        assertThat(emitted).isGreaterThan(steps + steps / 4);
    }

    private static List<Integer> tokens(List<Integer> prompt, Picking picking, StepLayout layout) {
        return model.decode(prompt, TOKENS, picking, layout).tokens();
    }

    /** The begin token and some tokens behind it, the same for the same index. */
    private static List<Integer> prompt(int index) {
        var random = new SplittableRandom(index);
        List<Integer> prompt = new ArrayList<>(List.of(START));
        random.ints(random.nextInt(1, 12), 259, 512).forEach(prompt::add);
        return prompt;
    }

    private static StepLayout all(int k) {
        return new SinglePass(k, StepLayout.allOutcomes(k));
    }

    private static StepLayout outcomes(int k, Integer... kept) {
        return new SinglePass(k, new TreeSet<>(Set.of(kept)));
    }
}
