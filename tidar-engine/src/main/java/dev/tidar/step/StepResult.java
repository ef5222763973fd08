package dev.tidar.step;

import dev.tidar.api.LogProbs;
import dev.tidar.tensor.Ids;
import java.util.List;

/**
 * What one step decided.
 *
 * @param sequences one result for each sequence of the step
 */
public record StepResult(List<ForSequence> sequences) {

    public StepResult {
        sequences = List.copyOf(sequences);
    }

    /**
     * The result of one sequence.
     *
     * @param emitted tokens to append, in order: the accepted drafts and the next anchor; empty where nothing was
     *     verified
     * @param draft proposals after the next anchor; empty if no group was carried for this kept count
     * @param logProbs one for each emitted token; empty where not asked for
     */
    public record ForSequence(List<Integer> emitted, List<Integer> draft, List<LogProbs> logProbs) {

        public ForSequence {
            emitted = List.copyOf(emitted);
            draft = List.copyOf(draft);
            logProbs = List.copyOf(logProbs);
            if (!logProbs.isEmpty() && logProbs.size() != emitted.size()) {
                throw new IllegalArgumentException("%d emitted tokens must have as many log-probabilities, but have %d"
                        .formatted(emitted.size(), logProbs.size()));
            }
        }

        /** A result without log-probabilities. */
        public ForSequence(List<Integer> emitted, List<Integer> draft) {
            this(emitted, draft, List.of());
        }

        /** Verify rows that stand, the anchor included; emits as many tokens. */
        public int kept() {
            return emitted.size();
        }

        /** Whether every token was sampled from finite scores. */
        public boolean isFinite() {
            return !emitted.contains(Ids.NONE) && !draft.contains(Ids.NONE);
        }
    }
}
