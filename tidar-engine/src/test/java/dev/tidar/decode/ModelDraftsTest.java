package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TestGrid;
import dev.tidar.draft.DraftModel;
import dev.tidar.draft.Drafter;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.SamplingParams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Classical speculative decoding, with a draft model that has four of the five layers, and with one that has all. */
@DisplayName("With a draft model a sequence")
class ModelDraftsTest {

    private static final int PROMPTS = TestGrid.size(4, 12, 60);
    private static final int TOKENS = 60;
    private static final int CONTEXT = 512;

    private static TestModel model;
    private static TestModel equal;
    private static TestModel smaller;

    @BeforeAll
    static void load(@TempDir Path directory) throws IOException {
        model = TestModel.load("models/stories260k-tidar");
        equal = TestModel.load("models/stories260k-tidar");
        smaller = TestModel.load(
                FewerLayers.of(TestModel.folder("models/stories260k-tidar"), 4, directory.resolve("smaller")));
    }

    @AfterAll
    static void close() {
        model.close();
        equal.close();
        smaller.close();
    }

    static Stream<SamplingParams> samplings() {
        return Stream.of(SamplingParams.GREEDY, new SamplingParams(0.8f, 7), everythingOn());
    }

    private static SamplingParams everythingOn() {
        return new SamplingParams(
                0.8f,
                11,
                new Filters(50, 0.95, 0.01, 0.97),
                new Penalties(1.1f, 0.1f, 0.1f),
                new LogitBias(new int[] {300, 400}, new float[] {1, -1}),
                new BannedIds(new int[] {1, 2}, 30),
                OptionalInt.empty());
    }

    @ParameterizedTest
    @MethodSource("samplings")
    void emitsWhatAutoregressiveDecodingEmits(SamplingParams params) {
        int steps = 0;
        int emitted = 0;
        for (int i = 0; i < PROMPTS; i++) {
            for (int k : List.of(2, 5, 12)) {
                RunningSequence sequence = decode(request(i, params), new WithDraftModel(k), smaller);

                assertThat(sequence.sequence().emitted())
                        .as("draft length %d, prompt %d", k, i)
                        .isEqualTo(autoregressive(request(i, params)));
                steps += sequence.stats().steps();
                emitted += TOKENS - 1;
            }
        }
        assertThat(emitted).as("some drafts are accepted").isGreaterThan(steps + steps / 8);
        assertThat(emitted).as("others are rejected").isLessThan(2 * steps);
    }

    /** A draft that is rejected would show that the draft model had seen another text, or sampled with other noise. */
    @ParameterizedTest
    @MethodSource("samplings")
    void keepsEveryDraftOfAModelThatEqualsItsOwn(SamplingParams params) {
        for (int k : List.of(2, 5)) {
            RunningSequence sequence = decode(request(3, params), new WithDraftModel(k), equal);

            List<Integer> kept = sequence.stats().kept();
            assertThat(kept.subList(0, kept.size() - 1))
                    .as("draft length %d", k)
                    .containsOnly(k);
            assertThat(sequence.draftForwards())
                    .as("a forward of the draft model for each draft")
                    .isEqualTo(TOKENS - 1 - kept.size());
        }
    }

    /** With a penalty that hardly lets a token come twice, a draft depends on those before it. */
    @Test
    void penalisesTheDraftsBeforeADraftAsVerificationDoes() {
        SamplingParams once = new SamplingParams(
                0, 0, Filters.NONE, new Penalties(1, 0, 5), LogitBias.NONE, BannedIds.NONE, OptionalInt.empty());
        List<Integer> kept =
                decode(request(3, once), new WithDraftModel(8), equal).stats().kept();

        assertThat(kept.subList(0, kept.size() - 1)).containsOnly(8);
    }

    @ParameterizedTest(name = "in chunks of {0}")
    @ValueSource(ints = {1, 7, 64})
    void hasTheDraftModelKeepUpWithALongPrompt(int chunk) {
        List<Integer> prompt = new ArrayList<>();
        while (prompt.size() < 100) {
            prompt.addAll(prompt(prompt.size()));
        }
        DecodeRequest request = new DecodeRequest(prompt, SamplingParams.GREEDY, 40, CONTEXT);
        RunningSequence sequence = sequence(request, LayoutChoice.fixed(new WithDraftModel(4)), equal(CONTEXT));
        decode(List.of(sequence), equal(CONTEXT), chunk);

        assertThat(sequence.sequence().emitted()).isEqualTo(autoregressive(request));
        assertThat(sequence.stats().kept()).startsWith(4, 4, 4);
    }

    @Test
    void isOneOfABatchWhoseForwardsOfTheDraftModelAreShared() {
        List<StepLayout> layouts = List.of(
                new WithDraftModel(2),
                new StepLayout.SinglePass(4, StepLayout.allOutcomes(4)),
                new WithDraftModel(5),
                StepLayout.AUTOREGRESSIVE,
                new WithDraftModel(5));
        DraftModel draftModel = smaller.draftModel(CONTEXT);
        List<RunningSequence> batch = new ArrayList<>();
        for (int i = 0; i < layouts.size(); i++) {
            batch.add(sequence(request(i, everythingOn()), LayoutChoice.fixed(layouts.get(i)), draftModel));
        }
        decode(batch, draftModel, 5);

        for (int i = 0; i < batch.size(); i++) {
            assertThat(batch.get(i).sequence().emitted()).isEqualTo(autoregressive(request(i, everythingOn())));
        }
    }

    @Test
    void goesOnAfterItsBlocksWereTaken() {
        DraftModel draftModel = equal(CONTEXT);
        DecodeRequest request = request(2, SamplingParams.GREEDY);
        RunningSequence sequence = sequence(request, LayoutChoice.fixed(new WithDraftModel(4)), draftModel);
        Decoder decoder = new Decoder(model.network(), model.maskToken());
        Drafter drafter = new Drafter(draftModel, () -> 0);
        for (int step = 0; sequence.finish().isEmpty(); step++) {
            if (step % 5 == 4) {
                sequence.preempt();
                sequence.sequence().begin();
            }
            step(List.of(sequence), decoder, drafter, 64);
        }
        sequence.close();

        assertThat(sequence.sequence().emitted()).isEqualTo(autoregressive(request));
        assertThat(sequence.stats().kept()).contains(4);
    }

    @Test
    void decodesToTheEndOfItsContextAlsoWhereThatOfTheDraftModelIsShorter() {
        List<Integer> prompt = prompt(3);
        for (int context = prompt.size() + 1; context < prompt.size() + 24; context++) {
            DecodeRequest request = new DecodeRequest(prompt, SamplingParams.GREEDY, 1000, context);
            for (int shorter : List.of(0, 3, 10)) {
                DraftModel draftModel = equal(Math.max(1, context - shorter));
                RunningSequence sequence = sequence(request, LayoutChoice.fixed(new WithDraftModel(6)), draftModel);
                decode(List.of(sequence), draftModel, 64);

                assertThat(sequence.sequence().emitted())
                        .as("context %d, shorter by %d", context, shorter)
                        .isEqualTo(autoregressive(request));
            }
        }
    }

    @Test
    void isNotDraftedForWhereThePromptHasATokenThatTheDraftModelLacks() {
        DraftModel fewTokens =
                new DraftModel(equal.network(), equal.draftModel(CONTEXT).kvCache(), 300, CONTEXT);

        assertThat(fewTokens.sequence(List.of(1, 299), "")).isPresent();
        assertThat(fewTokens.sequence(List.of(1, 300), "")).isEmpty();
    }

    @Test
    void takesDraftsThatAreFreeBeforeItAsksTheDraftModel() {
        List<Integer> prompt = new ArrayList<>();
        while (prompt.size() < 60) {
            prompt.addAll(prompt(5));
        }
        DecodeRequest request = new DecodeRequest(prompt, SamplingParams.GREEDY, TOKENS, CONTEXT);
        DraftModel draftModel = equal(CONTEXT);
        RunningSequence textFirst = sequence(request, new FreeRows(new WithDraftModel(4)), draftModel);
        decode(List.of(textFirst), draftModel, 64);
        RunningSequence modelOnly = decode(request, new WithDraftModel(4), equal);

        assertThat(textFirst.sequence().emitted()).isEqualTo(autoregressive(request));
        assertThat(textFirst.draftForwards()).isLessThan(modelOnly.draftForwards());
    }

    private static DraftModel equal(int context) {
        return equal.draftModel(context);
    }

    private static DecodeRequest request(int index, SamplingParams params) {
        return new DecodeRequest(prompt(index), params, TOKENS, CONTEXT);
    }

    private static List<Integer> autoregressive(DecodeRequest request) {
        return model.decode(request, StepLayout.AUTOREGRESSIVE, 64).tokens();
    }

    private static RunningSequence decode(DecodeRequest request, StepLayout layout, TestModel drafts) {
        DraftModel draftModel = drafts.draftModel(CONTEXT);
        RunningSequence sequence = sequence(request, LayoutChoice.fixed(layout), draftModel);
        decode(List.of(sequence), draftModel, 64);
        return sequence;
    }

    private static RunningSequence sequence(DecodeRequest request, LayoutChoice layouts, DraftModel draftModel) {
        return new RunningSequence(
                request, layouts, model.blocks(), TokenSink.NONE, draftModel.sequence(request.prompt(), ""));
    }

    /** Decodes all sequences together to their ends. */
    private static void decode(List<RunningSequence> batch, DraftModel draftModel, int promptRows) {
        Decoder decoder = new Decoder(model.network(), model.maskToken());
        Drafter drafter = new Drafter(draftModel, () -> 0);
        try {
            for (List<RunningSequence> running = batch; !running.isEmpty(); running = unfinished(batch)) {
                step(running, decoder, drafter, promptRows);
            }
        } finally {
            batch.forEach(RunningSequence::close);
        }
    }

    private static void step(List<RunningSequence> running, Decoder decoder, Drafter drafter, int promptRows) {
        drafter.draft(
                running.stream().flatMap(s -> decoder.draftWish(s).stream()).toList(), promptRows);
        List<Turn> turns = running.stream()
                .map(s -> decoder.plan(s, promptRows).orElseThrow())
                .toList();
        turns.forEach(
                turn -> assertThat(turn.sequence().blocks().reserve(turn.end())).isTrue());
        decoder.step(turns);
    }

    private static List<RunningSequence> unfinished(List<RunningSequence> batch) {
        return batch.stream().filter(s -> s.finish().isEmpty()).toList();
    }

    /** The begin token and some tokens after it, the same for the same index. */
    private static List<Integer> prompt(int index) {
        var random = new SplittableRandom(index);
        List<Integer> prompt = new ArrayList<>(List.of(1));
        random.ints(random.nextInt(1, 12), 259, 512).forEach(prompt::add);
        return prompt;
    }
}
