package dev.tidar.cli;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * All of a request but its prompt.
 *
 * @param maxTokens tokens to emit at most
 * @param temperature divisor of the logits; 0 is greedy
 * @param seed seed of the noise; empty is the engine's choice
 * @param ignoreEos whether stop ids end nothing
 * @param mode layout of the steps
 * @param draftLength rows of a draft block; empty is the trained block size
 * @param outcomes kept counts that single-pass steps draft for; empty is all
 */
record RequestSettings(
        int maxTokens,
        double temperature,
        OptionalLong seed,
        boolean ignoreEos,
        DecodeMode mode,
        OptionalInt draftLength,
        Set<Integer> outcomes) {

    RequestSettings {
        outcomes = Set.copyOf(outcomes);
    }

    /** A request with these settings, to which more may be added. */
    GenerationRequest.Builder request(Prompt prompt) {
        GenerationRequest.Builder request = GenerationRequest.builder(prompt)
                .maxTokens(maxTokens)
                .temperature(temperature)
                .ignoreStopIds(ignoreEos)
                .decoding(new Decoding(mode, draftLength, outcomes));
        seed.ifPresent(request::seed);
        return request;
    }
}
