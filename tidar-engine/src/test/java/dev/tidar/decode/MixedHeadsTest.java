package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.GroupWidth;
import dev.tidar.step.StepRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lossy mix of the paper: argmax(beta * AR + (1 - beta) * diffusion), arXiv 2511.08923. */
@DisplayName("A beta below 1")
class MixedHeadsTest {

    private static final int DRAFT_LENGTH = 4;
    private static final int TOKENS = 40;
    private static final List<Integer> PROMPT = List.of(1, 403, 407, 261, 378);

    private static TestModel model;

    @BeforeAll
    static void load() {
        model = TestModel.load("models/stories260k-tidar");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.7, 0.95})
    void samplesEachTokenFromTheMixOfBothHeads(double beta) {
        assertThat(decode(beta).tokens()).isEqualTo(mixed(beta));
    }

    @Test
    void isExactAtOneAndNotAtZero() {
        List<Integer> autoregressive = model.decode(PROMPT, TOKENS, SamplingParams.GREEDY, StepLayout.AUTOREGRESSIVE)
                .tokens();

        assertThat(decode(1).tokens()).isEqualTo(autoregressive);
        assertThat(decode(0).tokens()).isNotEqualTo(autoregressive);
    }

    @Test
    void acceptsMoreDraftsTheMoreItTrustsThem() {
        assertThat(decode(0).numForwards()).isLessThan(decode(1).numForwards());
    }

    private static TestModel.Run decode(double beta) {
        var layout = new SinglePass(DRAFT_LENGTH, StepLayout.allOutcomes(DRAFT_LENGTH), GroupWidth.FULL, beta);
        return model.decode(PROMPT, TOKENS, SamplingParams.GREEDY, layout);
    }

    /** Token by token from whole prompts: the logits of the last row, and of the first mask after it. */
    private static List<Integer> mixed(double beta) {
        List<Integer> tokens = new ArrayList<>(PROMPT);
        while (tokens.size() < PROMPT.size() + TOKENS) {
            tokens.add(next(tokens, (float) beta));
        }
        return tokens.subList(PROMPT.size(), tokens.size());
    }

    private static int next(List<Integer> tokens, float beta) {
        try (BlockTable blocks = model.blocks()) {
            assertThat(blocks.reserve(tokens.size())).isTrue();
            StepRows.Builder rows = new StepRows.Builder();
            int sequence = rows.sequence(blocks.blocks());
            int last = 0;
            for (int position = 0; position < tokens.size(); position++) {
                last = rows.exact(sequence, tokens.get(position), position);
            }
            int[] masks = new int[DRAFT_LENGTH];
            Arrays.fill(masks, model.maskToken());
            int slot0 = rows.group(sequence, masks, tokens.size(), tokens.size());
            float[] logits = model.network().logits(rows.build(), new int[] {last, slot0});
            return best(logits, logits.length / 2, beta);
        }
    }

    private static int best(float[] logits, int vocabSize, float beta) {
        int best = 0;
        double highest = Double.NEGATIVE_INFINITY;
        for (int id = 0; id < vocabSize; id++) {
            double score = beta * (double) logits[id] + (1 - beta) * (double) logits[vocabSize + id];
            if (id != model.maskToken() && score > highest) {
                highest = score;
                best = id;
            }
        }
        return best;
    }
}
