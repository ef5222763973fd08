package dev.tidar.decode;

import dev.tidar.model.TidarModel;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepResult.Outcome;
import java.util.List;

/**
 * TiDAR's decode loop (arXiv 2511.08923, section 3.2), for one sequence or a batch of them.
 *
 * <p>Each turn of the loop is one step. {@link #plan} lays out the rows of a sequence: its anchor and the drafts that the
 * step before proposed, which are verified causally, and after them groups of mask rows, one group for each number of
 * rows that verification may keep. One forward then does three things at once: it samples a token from every verify row,
 * accepts the drafts that equal these tokens, and drafts the next block from the masks of the group that belongs to the
 * verdict. What was kept is committed, and the new draft waits for the next step.
 *
 * <p>Every emitted token was sampled from a causal row, so the output equals that of autoregressive decoding. The modes
 * differ only in the rows that their {@link StepLayout} asks for; a prompt is computed by the same loop, as rows whose
 * keys and values are kept.
 *
 * <p>Confined to the engine thread.
 */
public final class Decoder {

    private final TidarModel model;
    private final int maskToken;

    /**
     * @param model the network
     * @param maskToken the input token of mask rows; any token where no layout drafts
     */
    public Decoder(TidarModel model, int maskToken) {
        this.model = model;
        this.maskToken = maskToken;
    }

    /**
     * Plans the rows of a sequence in the next step. Its block table must have room for {@link Turn#end} positions before
     * the step runs.
     *
     * @param maxPrefillRows rows that a prompt may have in the step, at least 1
     */
    public Turn plan(RunningSequence sequence, int maxPrefillRows) {
        return sequence.plan(maxPrefillRows, maskToken);
    }

    /**
     * Runs one step of the loop.
     *
     * @param turns one for each sequence of the batch, with blocks reserved; if the model throws, no sequence has changed
     */
    public void step(List<Turn> turns) {
        StepResult result = model.step(inputs(turns)); // one forward: verify, accept, draft
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            Outcome outcome = result.outcomes().get(i);
            RunningSequence sequence = turn.sequence();
            if (!outcome.isFinite()) {
                sequence.failWithoutScores();
                continue;
            }
            List<Integer> emitted = sequence.emit(outcome); // the accepted drafts and the next anchor, up to a stop
            sequence.commit(turn, emitted); // the keys and values of the kept rows stay
            sequence.propose(outcome.drafts()); // the next step verifies these
        }
    }

    private static StepInputs inputs(List<Turn> turns) {
        StepInputs.Builder inputs = new StepInputs.Builder();
        for (Turn turn : turns) {
            inputs.add(turn.sequence().blocks().blocks(), turn.rows(), turn.layout().beta(), turn.sampling());
        }
        return inputs.build();
    }
}
