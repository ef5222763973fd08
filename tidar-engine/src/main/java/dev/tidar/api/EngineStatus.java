package dev.tidar.api;

import java.util.List;
import java.util.OptionalInt;

/**
 * What an engine is and does, at one moment.
 *
 * @param state what it is doing
 * @param model facts about the loaded model
 * @param device device that computes, for example {@code cpu, 8 threads}
 * @param backend kernels in use, for example {@code vector-512} or {@code plain}
 * @param layout layout chosen for requests that leave it open, and why
 * @param degradations fallbacks that are active, each with what would end it; empty when READY
 * @param queued requests that wait
 * @param running requests that are decoded now
 * @param kvBytes memory set aside for keys and values
 * @param kvFreeBytes part of it that no sequence holds
 */
public record EngineStatus(
        EngineState state,
        ModelFacts model,
        String device,
        String backend,
        LayoutReport layout,
        List<String> degradations,
        int queued,
        int running,
        long kvBytes,
        long kvFreeBytes) {

    public EngineStatus {
        degradations = List.copyOf(degradations);
    }

    /**
     * Facts about a loaded model.
     *
     * @param name name of its folder
     * @param family shape of the network, for example {@code llama}
     * @param parameters weights, the draft adapter left out
     * @param weights how the device holds them
     * @param contextLength tokens of prompt and answer together
     * @param maskTokenId token that stands for "not drafted yet"; empty for a plain autoregressive model
     * @param blockSize trained draft block in rows; empty for a plain autoregressive model
     * @param draftAdapter whether a draft adapter acts on drafting rows
     * @param chat whether it has a tokenizer and a chat template
     */
    public record ModelFacts(
            String name,
            String family,
            long parameters,
            WeightFormat weights,
            int contextLength,
            OptionalInt maskTokenId,
            OptionalInt blockSize,
            boolean draftAdapter,
            boolean chat) {}

    /**
     * What auto chose, and from what.
     *
     * @param chosen the layout, for example {@code autoregressive}
     * @param reason one sentence with the figures
     * @param candidates every layout that was considered
     */
    public record LayoutReport(String chosen, String reason, List<Candidate> candidates) {
        public LayoutReport {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * A layout that auto considers.
     *
     * @param decoding the layout, as a request would ask for it
     * @param name for example {@code two-pass, draft length 4}
     * @param stepMillis time of one step, measured at load
     * @param tokensPerStep running mean of the tokens that a step emits
     */
    public record Candidate(Decoding decoding, String name, double stepMillis, double tokensPerStep) {

        public double tokensPerSecond() {
            return tokensPerStep * 1000 / stepMillis;
        }
    }
}
