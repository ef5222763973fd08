package dev.tidar.sample;

import dev.tidar.api.Decoding;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Answer of {@code GET /api/engine}: the engine in the words of the API.
 *
 * @param serving whether the engine accepts requests now
 * @param degradations fallbacks that are active, each with what would end it
 */
record EngineFacts(
        boolean serving,
        EngineState state,
        Model model,
        String device,
        String backend,
        List<String> degradations,
        Layout layout,
        int queued,
        int running,
        Limits limits) {

    /** The loaded model; {@code blockSize} is empty for one that cannot draft. */
    record Model(
            String name,
            String family,
            long parameters,
            String weights,
            int contextLength,
            OptionalInt blockSize,
            boolean draftAdapter) {}

    /**
     * The choice of auto, its reason and its candidates.
     *
     * @param settled whether the figures stand on more than the short measurement at load
     */
    record Layout(String chosen, String reason, List<Candidate> candidates, boolean settled) {}

    /** A layout with its figures; mode, draft length, outcomes and groups select it in a request. */
    record Candidate(
            String name,
            String mode,
            OptionalInt draftLength,
            Optional<SortedSet<Integer>> outcomes,
            String groups,
            double stepMillis,
            double tokensPerStep,
            double tokensPerSecond) {

        private static Candidate of(EngineStatus.Candidate candidate) {
            Decoding decoding = candidate.decoding();
            return new Candidate(
                    candidate.name(),
                    Words.of(decoding.mode()),
                    decoding.draftLength(),
                    decoding.outcomes().map(TreeSet::new),
                    Words.of(decoding.groups()),
                    candidate.stepMillis(),
                    candidate.tokensPerStep(),
                    candidate.tokensPerSecond());
        }
    }

    /** The limits of a chat request. */
    record Limits(int maxMessages, int maxCharacters, int maxTokens, int maxDraftLength, double maxTemperature) {}

    static EngineFacts of(EngineStatus status) {
        EngineStatus.ModelFacts model = status.model();
        EngineStatus.LayoutReport layout = status.layout();
        return new EngineFacts(
                status.state() == EngineState.READY || status.state() == EngineState.DEGRADED,
                status.state(),
                new Model(
                        model.name(),
                        model.family(),
                        model.parameters(),
                        model.weights().name().toLowerCase(Locale.ROOT),
                        model.contextLength(),
                        model.blockSize(),
                        model.draftAdapter()),
                status.device(),
                status.backend(),
                status.degradations(),
                new Layout(
                        layout.chosen(),
                        layout.reason(),
                        layout.candidates().stream().map(Candidate::of).toList(),
                        layout.settled()),
                status.queued(),
                status.running(),
                new Limits(
                        ChatRequest.MAX_MESSAGES,
                        ChatRequest.MAX_CHARACTERS,
                        Math.min(ChatRequest.MAX_TOKENS, model.contextLength()),
                        Decoding.MAX_DRAFT_LENGTH,
                        ChatRequest.MAX_TEMPERATURE));
    }
}
