package dev.tidar.cli;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import dev.tidar.api.Sampling;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * All of a request but its prompt.
 *
 * @param maxTokens tokens to emit at most
 * @param minTokens tokens to emit at least
 * @param sampling how tokens are sampled
 * @param logProbs how many most likely tokens are told with each one; empty tells none
 * @param stop texts that end the answer
 * @param stopIds tokens that end it, besides those of the model
 * @param ignoreEos whether stop ids of the model end nothing
 * @param format what the answer keeps to; empty is any text
 * @param decoding layout of the steps
 */
record RequestSettings(
        int maxTokens,
        int minTokens,
        Sampling sampling,
        OptionalInt logProbs,
        List<String> stop,
        Set<Integer> stopIds,
        boolean ignoreEos,
        Optional<AnswerFormat> format,
        Decoding decoding) {

    RequestSettings {
        stop = List.copyOf(stop);
        stopIds = Set.copyOf(stopIds);
    }

    /** A request with these settings, to which more may be added. */
    GenerationRequest.Builder request(Prompt prompt) {
        GenerationRequest.Builder request = GenerationRequest.builder(prompt)
                .maxTokens(maxTokens)
                .minTokens(minTokens)
                .sampling(sampling)
                .stopStrings(stop)
                .stopIds(stopIds)
                .ignoreStopIds(ignoreEos)
                .decoding(decoding);
        logProbs.ifPresent(request::logProbs);
        format.ifPresent(request::format);
        return request;
    }
}
