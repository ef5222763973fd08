package dev.tidar.decode;

import dev.tidar.draft.DraftWish;
import dev.tidar.model.TidarModel;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepResult.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * TiDAR's decode loop (arXiv 2511.08923, section 3.2): the body of the loop, for one sequence or a batch of them. The
 * engine thread calls {@link #plan} and {@link #step} until every sequence has finished.
 *
 * <p><b>What a step carries.</b> The <em>anchor</em> is the last emitted token, whose keys and values are not in the KV
 * cache yet. With draft length K, the draft block is the anchor and K - 1 drafts. Its rows are verified: they see the
 * cached prefix and the verify rows before them, as in autoregressive decoding. After them come groups of K mask rows.
 * Verification keeps 1 to K rows, the anchor always among them, and group k drafts for the case that it keeps k: its
 * masks see the prefix, the first k verify rows, and each other in both directions, at the K positions that follow. For
 * K = 4 and all four groups these are 20 rows:
 *
 * <pre>{@code
 *              sees: prefix  a  d1 d2 d3   its own group
 * verify  a             x    x
 *         d1            x    x  x
 *         d2            x    x  x  x
 *         d3            x    x  x  x  x
 * group 1 masks         x    x             x x x x
 * group 2 masks         x    x  x          x x x x
 * group 3 masks         x    x  x  x       x x x x
 * group 4 masks         x    x  x  x  x    x x x x
 * }</pre>
 *
 * <p><b>What a step decides.</b> One forward computes all rows. A token is sampled from every verify row. A draft is
 * accepted if it equals the token that the row before it sampled and all drafts before it were accepted. With k rows
 * kept, the step emits k tokens: the k - 1 accepted drafts, and the token sampled from the last kept row, which is the
 * next anchor. The masks of group k give the next K - 1 drafts; their first slot is the place of the anchor itself.
 *
 * <p><b>Why it is exact.</b> Every emitted token was sampled from a causal row, with the noise that belongs to its
 * position. So the tokens are those of autoregressive decoding, greedy or with a seed, token by token. Only a request
 * that sets beta below 1 gives this up: then verify rows are mixed with masks.
 *
 * <p>Autoregressive decoding, two-pass decoding, decoding with a draft model and TiDAR's single pass are
 * {@link StepLayout}s: they differ in the rows of a step and share this loop. A prompt is computed by it too, in chunks
 * of causal rows; the last prompt row gives the first token, and may carry one group for the first drafts.
 *
 * <p>Confined to the engine thread.
 */
public final class Decoder {

    private final TidarModel model;
    private final int maskToken;
    private final ConstraintWork work;

    /** A decoder that does all work for constraints when it plans, however long that takes. */
    public Decoder(TidarModel model, int maskToken) {
        this(model, maskToken, ConstraintWork.unlimited());
    }

    /**
     * @param model the network
     * @param maskToken the input token of mask rows; not used, so any token, if no layout drafts
     * @param work does the work for constraints
     */
    public Decoder(TidarModel model, int maskToken, ConstraintWork work) {
        this.model = model;
        this.maskToken = maskToken;
        this.work = work;
    }

    /** What a sequence wants of the draft model before its next step is planned; empty where it wants nothing. */
    public Optional<DraftWish> draftWish(RunningSequence sequence) {
        return sequence.draftWish(work);
    }

    /**
     * Plans the rows of one sequence in the next step. Before the step runs, the caller reserves KV blocks for the
     * positions of its causal rows, up to {@link Turn#end}.
     *
     * @param maxPrefillRows prompt rows that this sequence may have in the step, at least 1
     * @return empty where the work for its constraint is not done yet, so that it has no part in the step
     */
    public Optional<Turn> plan(RunningSequence sequence, int maxPrefillRows) {
        return sequence.plan(maxPrefillRows, maskToken, work);
    }

    /** Plans the anchor's row of a sequence alone, for a step that is short of rows or blocks. */
    public Optional<Turn> planAnchorOnly(RunningSequence sequence) {
        return sequence.planAnchorOnly(work);
    }

    /**
     * Runs one step. If the model throws, no sequence has changed: what was written to the KV cache lies beyond the
     * committed positions, and the next step overwrites it. What goes wrong with the tokens of one sequence is a
     * failure of that sequence alone, see {@link RunningSequence#failure}.
     *
     * @param turns the parts of the sequences in the step, one for each
     */
    public void step(List<Turn> turns) {
        StepResult result = model.step(inputs(turns)); // one forward: verify, accept, draft
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            Outcome outcome = result.outcomes().get(i);
            RunningSequence sequence = turn.sequence();
            if (!outcome.isFinite()) { // logits were NaN or infinite
                sequence.fail(
                        "the model gave no finite score after position %d; its weights or their format are unfit"
                                .formatted(turn.rows().position()),
                        Optional.empty());
                continue;
            }
            try {
                // the accepted drafts and the next anchor, fewer if the answer ends with one of them
                List<Integer> emitted = sequence.emit(turn, outcome);
                // the committed length grows by what was kept; the next step overwrites the rows beyond it
                sequence.commit(turn, emitted);
                // the next step, if there is one, verifies these
                sequence.propose(outcome.drafts());
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) { // its own; the others go on
                sequence.fail("its tokens could not be taken: " + e, Optional.of(e));
            }
        }
    }

    private static StepInputs inputs(List<Turn> turns) {
        StepInputs.Builder inputs = new StepInputs.Builder();
        for (Turn turn : turns) {
            int[] kvBlocks = turn.sequence().blocks().blocks();
            inputs.add(kvBlocks, turn.rows(), turn.layout().beta(), turn.sampling());
        }
        return inputs.build();
    }
}
