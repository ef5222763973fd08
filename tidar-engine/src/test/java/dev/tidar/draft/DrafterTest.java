package dev.tidar.draft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.KvCache;
import dev.tidar.model.TidarModel;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The draft model")
class DrafterTest {

    private static final int UNFIT = 90;
    private static final Function<List<Integer>, RowSampling> GREEDY =
            drafts -> RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);

    /** Rows of each forward. */
    private final List<Integer> forwards = new ArrayList<>();

    private final BlockPool pool = new BlockPool(16);

    /** Says after each token the next number; has no finite score after UNFIT. */
    private final TidarModel counting = inputs -> {
        forwards.add(inputs.rows().counts().exact());
        return new StepResult(
                inputs.plans().stream().map(plan -> outcome(inputs, plan)).toList());
    };

    private final DraftModel model = new DraftModel(counting, new KvCache(pool, 4), 100, 40);
    private final Drafter drafter = new Drafter(model, () -> 0);

    private static StepResult.Outcome outcome(StepInputs inputs, VerifyPlan plan) {
        if (plan.verifyRows() == 0) {
            return new StepResult.Outcome(List.of(), List.of());
        }
        int last = inputs.rows().token(plan.firstRow());
        return new StepResult.Outcome(List.of(last == UNFIT ? Ids.NONE : last + 1), List.of());
    }

    @Test
    void draftsOneTokenAfterAnother() {
        DraftedSequence sequence = sequence();
        drafter.draft(List.of(wish(sequence, tokens(5), 3)), 64);

        assertThat(sequence.drafts()).containsExactly(5, 6, 7);
        assertThat(forwards).as("the text, then a row a draft").containsExactly(5, 1, 1);
    }

    @Test
    void sharesEachForwardAmongTheSequences() {
        List<DraftedSequence> sequences = List.of(sequence(), sequence(), sequence());
        List<DraftPass> passes = drafter.draft(
                List.of(
                        wish(sequences.get(0), tokens(2), 3),
                        wish(sequences.get(1), tokens(1), 1),
                        wish(sequences.get(2), tokens(9), 2)),
                64);

        assertThat(sequences).extracting(s -> s.drafts().size()).containsExactly(3, 1, 2);
        assertThat(forwards).containsExactly(2 + 1 + 9, 2, 1);
        assertThat(passes)
                .as("with the rows of the text that it had not seen apart")
                .extracting(DraftPass::rows, DraftPass::promptRows)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(3, 9),
                        org.assertj.core.groups.Tuple.tuple(2, 0),
                        org.assertj.core.groups.Tuple.tuple(1, 0));
    }

    @Test
    void computesNothingAgainOfDraftsThatWereEmitted() {
        DraftedSequence sequence = sequence();
        List<Integer> tokens = tokens(5);
        drafter.draft(List.of(wish(sequence, tokens, 3)), 64);
        tokens.addAll(List.of(5, 6, 40)); // two drafts of three, and the token that follows them
        sequence.extended(tokens);
        forwards.clear();
        drafter.draft(List.of(wish(sequence, tokens, 2)), 64);

        assertThat(sequence.drafts()).containsExactly(41, 42);
        assertThat(forwards).containsExactly(1, 1);
    }

    /** As where forced tokens or the text had drafts of their own. */
    @Test
    void computesTokensAgainThatCameInPlaceOfItsDrafts() {
        DraftedSequence sequence = sequence();
        List<Integer> tokens = tokens(5);
        drafter.draft(List.of(wish(sequence, tokens, 3)), 64);
        tokens.addAll(List.of(50, 51, 52));
        sequence.extended(tokens);
        forwards.clear();
        drafter.draft(List.of(wish(sequence, tokens, 1)), 64);

        assertThat(sequence.drafts()).containsExactly(53);
        assertThat(forwards).as("none of them is in its cache").containsExactly(3);
    }

    @Test
    void computesTheLastDraftTooWhereAllWereEmitted() {
        DraftedSequence sequence = sequence();
        List<Integer> tokens = tokens(5);
        drafter.draft(List.of(wish(sequence, tokens, 2)), 64);
        tokens.addAll(List.of(5, 6, 7));
        sequence.extended(tokens);
        forwards.clear();
        drafter.draft(List.of(wish(sequence, tokens, 1)), 64);

        assertThat(sequence.drafts()).containsExactly(8);
        assertThat(forwards).containsExactly(2);
    }

    @Test
    void computesTheLastTokenAgainWhereItIsADraftOfItsOwn() {
        DraftedSequence sequence = sequence();
        List<Integer> tokens = tokens(5);
        drafter.draft(List.of(wish(sequence, tokens, 3)), 64);
        tokens.add(5); // a step with the anchor's row alone
        sequence.extended(tokens);
        drafter.draft(List.of(wish(sequence, tokens, 1)), 64);

        assertThat(sequence.drafts()).containsExactly(6);
    }

    @Test
    void keepsUpWithALongTextInChunksAndDraftsOnceItHas() {
        DraftedSequence sequence = sequence();
        for (int step = 0; step < 3; step++) {
            drafter.draft(List.of(wish(sequence, tokens(20), 1)), 8);
            assertThat(sequence.drafts()).hasSize(step / 2);
        }
        assertThat(forwards).containsExactly(8, 8, 4);
    }

    @Test
    void computesAPartOfAPromptWithoutDrafting() {
        DraftedSequence sequence = sequence();
        drafter.draft(List.of(new DraftWish(sequence, tokens(20), 6, 0, GREEDY)), 64);

        assertThat(forwards).containsExactly(6);
        assertThat(sequence.drafts()).isEmpty();
        drafter.draft(List.of(new DraftWish(sequence, tokens(20), 6, 0, GREEDY)), 64);
        assertThat(forwards).as("nothing is left to do").hasSize(1);
    }

    @Test
    void draftsNothingWhereBlocksRunShortOrItsContextEnds() {
        DraftedSequence large = sequence();
        drafter.draft(List.of(wish(large, tokens(39), 3)), 64);
        assertThat(large.drafts()).as("positions 39 and 40 of 40").containsExactly(39, 40);

        List<DraftedSequence> others = List.of(sequence(), sequence());
        drafter.draft(List.of(wish(others.get(0), tokens(20), 1), wish(others.get(1), tokens(12), 1)), 64);
        assertThat(others).extracting(s -> s.drafts().size()).containsExactly(0, 1);
    }

    @Test
    void stopsDraftingWhereItHasNoFiniteScore() {
        DraftedSequence sequence = sequence();
        drafter.draft(List.of(wish(sequence, List.of(UNFIT - 2), 5)), 64);

        assertThat(sequence.drafts()).containsExactly(UNFIT - 1, UNFIT);
    }

    @Test
    void givesItsBlocksBack() {
        DraftedSequence sequence = sequence();
        drafter.draft(List.of(wish(sequence, tokens(9), 3)), 64);
        assertThat(pool.free()).isEqualTo(13);
        sequence.preempt();
        assertThat(pool.free()).isEqualTo(16);

        drafter.draft(List.of(wish(sequence, tokens(9), 3)), 64);
        assertThat(sequence.drafts()).containsExactly(9, 10, 11);
        sequence.close();
        assertThat(pool.free()).isEqualTo(16);
    }

    private DraftedSequence sequence() {
        return model.sequence(List.of(), "").orElseThrow();
    }

    private static DraftWish wish(DraftedSequence sequence, List<Integer> tokens, int drafts) {
        return new DraftWish(sequence, tokens, tokens.size(), drafts, GREEDY);
    }

    /** 0, 1, 2, ... */
    private static List<Integer> tokens(int count) {
        return new ArrayList<>(IntStream.range(0, count).boxed().toList());
    }
}
