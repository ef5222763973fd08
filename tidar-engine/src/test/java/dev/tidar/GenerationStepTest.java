package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.GenerationStep;
import dev.tidar.api.GenerationStep.Group;
import dev.tidar.api.GenerationStep.Source;
import dev.tidar.api.Groups;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.api.StepTotals;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.TestModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What a chunk reports of its step, on a real model of 260 thousand parameters that decodes greedily. */
@DisplayName("A step, as a chunk reports it,")
class GenerationStepTest {

    private static final Path STORIES = TestModel.folder("models/stories260k-tidar");

    private static final Decoding SINGLE_PASS =
            Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(4);

    private static TidarEngine engine;

    @BeforeAll
    static void load() {
        engine = TidarEngine.load(
                EngineOptions.builder(STORIES).draftModel(STORIES).threads(1).build());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(DecodeMode.class)
    void hasAcceptedDraftsThatAreTheTokensOfTheOracleAndRejectedOnesThatAreNot(DecodeMode mode)
            throws InterruptedException {
        JsonNode oracle =
                new ObjectMapper().readTree(STORIES.resolve("expected.json").toFile());
        int verified = 0;
        for (JsonNode c : oracle.get("cases")) {
            Told told = run(GenerationRequest.builder(new Prompt.Tokens(ints(c.get("prompt_ids"))))
                    .maxTokens(oracle.get("max_tokens").asInt())
                    .decoding(Decoding.of(mode)));

            List<Integer> expected = ints(c.get("greedy"));
            assertThat(told.result.tokens()).isEqualTo(expected);
            int at = 0;
            for (GenerationStep step : told.steps) {
                int accepted = step.accepted();
                verified += step.drafts().size();
                assertThat(step.emitted())
                        .isEqualTo(expected.subList(at, at + step.emitted().size()));
                assertThat(step.drafts().subList(0, accepted)).isEqualTo(expected.subList(at, at + accepted));
                if (accepted < step.drafts().size() && accepted < step.emitted().size()) {
                    assertThat(step.drafts().get(accepted)).isNotEqualTo(expected.get(at + accepted));
                }
                at += step.emitted().size();
            }
            assertThat(at).isEqualTo(expected.size());
        }
        if (mode != DecodeMode.AUTO && mode != DecodeMode.AUTOREGRESSIVE) {
            assertThat(verified).isPositive();
        }
    }

    @Test
    void beginsWithTheTokenThatTheStepBeforeEndedWith() throws InterruptedException {
        List<GenerationStep> steps = run(story().decoding(SINGLE_PASS)).steps;

        for (int i = 1; i < steps.size(); i++) {
            List<Integer> before = steps.get(i - 1).emitted();
            assertThat(steps.get(i).anchor()).isEqualTo(before.get(before.size() - 1));
        }
    }

    @Test
    void ofASinglePassVerifiesWhatTheGroupOfTheKeptRowsHasLeft() throws InterruptedException {
        List<GenerationStep> steps = run(story().decoding(SINGLE_PASS)).steps;

        assertThat(steps).hasSizeGreaterThan(5);
        for (int i = 1; i < steps.size(); i++) {
            assertThat(steps.get(i).source()).hasValue(Source.MASKS);
            assertThat(steps.get(i).drafts()).isEqualTo(steps.get(i - 1).proposed());
            assertThat(steps.get(i).layout()).isEqualTo("single-pass, draft length 4");
        }
        assertThat(steps.get(1).groups())
                .containsExactly(new Group(1, 0, 4), new Group(2, 0, 4), new Group(3, 0, 4), new Group(4, 0, 4));
        assertThat(steps.get(steps.size() - 1).proposed()).isEmpty();
    }

    @Test
    void hasShortGroupsFromSlotOneOn() throws InterruptedException {
        List<GenerationStep> steps = run(story().decoding(SINGLE_PASS.withGroups(Groups.FORCED_SHORT))).steps;

        assertThat(steps.get(1).groups())
                .containsExactly(new Group(1, 1, 3), new Group(2, 1, 3), new Group(3, 1, 3), new Group(4, 1, 3));
    }

    @Test
    void verifiesOrDraftsInTurnWithoutOutcomes() throws InterruptedException {
        List<GenerationStep> steps = run(story().decoding(SINGLE_PASS.withOutcomes(Set.of()))).steps;

        assertThat(steps.subList(1, steps.size() - 1)).allSatisfy(step -> {
            assertThat(step.drafts().isEmpty()).isNotEqualTo(step.groups().isEmpty());
            assertThat(step.source().isEmpty()).isEqualTo(step.drafts().isEmpty());
        });
    }

    @Test
    void ofTwoPassesHasTheRowsOfTheForwardThatDraftedForIt() throws InterruptedException {
        List<GenerationStep> steps =
                run(story().decoding(Decoding.of(DecodeMode.TWO_PASS).withDraftLength(4))).steps;

        assertThat(steps.subList(1, steps.size() - 1)).allSatisfy(step -> {
            assertThat(step.draftPassRows()).isEqualTo(4);
            assertThat(step.drafts()).hasSize(3);
            assertThat(step.groups()).isEmpty();
        });
        assertThat(steps.get(0).draftPassRows()).isZero();
    }

    @Test
    void ofAnAutoregressiveAnswerHasItsAnchorAlone() throws InterruptedException {
        List<GenerationStep> steps = run(story().decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))).steps;

        assertThat(steps).allSatisfy(step -> {
            assertThat(step.drafts()).isEmpty();
            assertThat(step.source()).isEmpty();
            assertThat(step.emitted()).hasSize(1);
        });
    }

    @Test
    void ofThePrefillHasTheRowsOfAllItsForwards() throws InterruptedException {
        engine.clearPrefixCache();
        List<Integer> prompt = Collections.nCopies(300, 403);

        Told told = run(GenerationRequest.builder(new Prompt.Tokens(prompt))
                .maxTokens(2)
                .decoding(SINGLE_PASS));

        assertThat(told.steps.get(0).promptRows()).isEqualTo(299);
    }

    @Test
    void ofThePrefillHasTheRowsOfThePromptThatWereNotCached() throws InterruptedException {
        engine.clearPrefixCache();
        Told told = run(GenerationRequest.builder(new Prompt.Tokens(List.of(1, 403, 407, 261)))
                .maxTokens(2)
                .decoding(SINGLE_PASS));

        GenerationStep prefill = told.steps.get(0);
        assertThat(prefill.promptRows()).isEqualTo(3);
        assertThat(prefill.anchor()).isEqualTo(261);
        assertThat(prefill.emitted()).hasSize(1);
        assertThat(prefill.groups()).containsExactly(new Group(1, 0, 4));
        assertThat(told.steps.get(1).promptRows()).isZero();
    }

    @Test
    void namesTheSourceOfItsDrafts() throws InterruptedException {
        List<GenerationStep> ofModel = run(story().decoding(Decoding.of(DecodeMode.DRAFT_MODEL))).steps;
        var format = new AnswerFormat.Regex("[a-z]{12} in the park\\.");
        List<GenerationStep> forced = run(story().format(format).decoding(Decoding.of(DecodeMode.TWO_PASS))).steps;

        assertThat(sources(ofModel)).contains(Source.DRAFT_MODEL);
        assertThat(sources(forced)).startsWith(Source.MASKS).contains(Source.FORCED);
        assertThat(forced.stream()
                        .filter(step ->
                                step.source().filter(Source.FORCED::equals).isPresent())
                        .map(GenerationStep::draftPassRows))
                .as("rows that drafted for a step before")
                .containsOnly(0);
    }

    @Test
    void isCountedByTheEngineAsByTheStatisticsOfTheAnswers() throws InterruptedException {
        StepTotals.Decoded before = engine.status().activity().steps().decoded();
        List<GenerationStats> stats = new ArrayList<>();
        for (DecodeMode mode : DecodeMode.values()) {
            stats.add(run(story().decoding(Decoding.of(mode))).result.stats());
        }
        StepTotals.Decoded after = engine.status().activity().steps().decoded();

        assertThat(after.forwards() - before.forwards()).isEqualTo(sum(stats, GenerationStats::forwards));
        assertThat(after.tokens() - before.tokens()).isEqualTo(sum(stats, s -> s.tokens() - 1));
    }

    @Test
    void isCountedOnceForEachTimeThatItsTokensWereEmittedThoughBlocksWereTaken() throws InterruptedException {
        int blocks = 10; // fewer than two of these answers need
        long bytes = blocks * engine.status().loaded().orElseThrow().memory().blockBytes();
        try (TidarEngine tight = TidarEngine.load(EngineOptions.builder(STORIES)
                .threads(1)
                .contextLength(160)
                .kvCache(KvCacheOptions.DEFAULT.withBytes(bytes).withReuse(false))
                .limits(Limits.builder().maxRunning(2).build())
                .build())) {
            var first = new Told();
            var second = new Told();
            var one = tight.submit(longStory(), first);
            var two = tight.submit(longStory(), second);
            List<GenerationStats> stats =
                    List.of(one.await().stats(), two.await().stats());
            StepTotals.Decoded decoded = tight.status().activity().steps().decoded();

            assertThat(stats.stream().mapToInt(GenerationStats::preemptions).sum())
                    .as("preemptions, without which this shows nothing")
                    .isPositive();
            assertThat(decoded.forwards()).isEqualTo(sum(stats, GenerationStats::forwards));
            assertThat(decoded.tokens()).isEqualTo(sum(stats, s -> s.tokens() - 1));
            assertThat(List.of(first, second))
                    .as("rows that computed known tokens again, after the prefill")
                    .anySatisfy(told -> assertThat(told.steps.subList(1, told.steps.size()))
                            .anyMatch(step -> step.promptRows() > 0));
        }
    }

    @Test
    void cannotHaveAcceptedMoreThanItEmitted() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GenerationStep(
                        "two-pass",
                        0,
                        1,
                        List.of(2, 3),
                        Optional.of(Source.TEXT),
                        2,
                        List.of(2),
                        0,
                        List.of(),
                        List.of()))
                .withMessage("accepted drafts (2) must be drafts (2) that were emitted (1 tokens)");
    }

    private static long sum(List<GenerationStats> stats, ToIntFunction<GenerationStats> count) {
        return stats.stream().mapToInt(count).sum();
    }

    private static List<Source> sources(List<GenerationStep> steps) {
        return steps.stream().flatMap(step -> step.source().stream()).toList();
    }

    private static GenerationRequest.Builder story() {
        return GenerationRequest.builder(new Prompt.Text("One day, a little boy named Tim"))
                .maxTokens(40);
    }

    private static GenerationRequest longStory() {
        return story().maxTokens(100).ignoreStopIds(true).decoding(SINGLE_PASS).build();
    }

    private static Told run(GenerationRequest.Builder request) throws InterruptedException {
        var told = new Told();
        told.result = engine.submit(request.build(), told).await();
        return told;
    }

    private static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asInt()));
        return values;
    }

    /** What a listener was told of one answer. */
    private static final class Told implements GenerationListener {
        final List<GenerationStep> steps = new CopyOnWriteArrayList<>();
        GenerationResult result;

        @Override
        public void onChunk(TokenChunk chunk) {
            assertThat(chunk.origin().isPresent()).isNotEqualTo(chunk.tokens().isEmpty());
            chunk.origin().ifPresent(step -> {
                steps.add(step);
                assertThat(step.emitted())
                        .isEqualTo(chunk.tokens().stream()
                                .map(TokenChunk.Token::id)
                                .toList());
            });
        }
    }
}
