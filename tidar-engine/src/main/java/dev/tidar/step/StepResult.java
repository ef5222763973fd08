package dev.tidar.step;

import dev.tidar.api.LogProbs;
import dev.tidar.tensor.Ids;
import java.util.List;
import java.util.Optional;

/**
 * What one step decided.
 *
 * @param outcomes one for each sequence of the step, in order
 */
public record StepResult(List<Outcome> outcomes) {

    public StepResult {
        outcomes = List.copyOf(outcomes);
    }

    /**
     * What the step decided for one sequence.
     *
     * @param emitted tokens to append, in order: the accepted drafts and the next anchor; empty where nothing was
     *     verified
     * @param drafts proposals for the positions after the next anchor; empty if no group was carried for this kept
     *     count
     * @param logProbs one for each emitted token; empty where not asked for
     */
    public record Outcome(List<Integer> emitted, List<Integer> drafts, List<LogProbs> logProbs) {

        public Outcome {
            emitted = List.copyOf(emitted);
            drafts = List.copyOf(drafts);
            logProbs = List.copyOf(logProbs);
            if (!logProbs.isEmpty() && logProbs.size() != emitted.size()) {
                throw new IllegalArgumentException("%d emitted tokens must have as many log-probabilities, but have %d"
                        .formatted(emitted.size(), logProbs.size()));
            }
        }

        /** An outcome without log-probabilities. */
        public Outcome(List<Integer> emitted, List<Integer> drafts) {
            this(emitted, drafts, List.of());
        }

        /** Verify rows that are kept, the anchor included: 1 to K, or 0 where nothing was verified. */
        public int kept() {
            return emitted.size();
        }

        /** The log-probabilities of one emitted token, where asked for. */
        public Optional<LogProbs> logProbsOf(int token) {
            return logProbs.isEmpty() ? Optional.empty() : Optional.of(logProbs.get(token));
        }

        /** Whether every token was sampled from finite scores. */
        public boolean isFinite() {
            return !emitted.contains(Ids.NONE) && !drafts.contains(Ids.NONE);
        }
    }
}
