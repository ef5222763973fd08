package dev.tidar.decode;

import java.util.List;
import java.util.Set;

/**
 * Where an answer ends.
 *
 * @param stopIds tokens that end it and do not show in its text; empty where they are ignored
 * @param stopStrings texts that end it and do not show
 * @param minTokens tokens before which no stop string is looked for; stop ids are kept out by {@code SamplingParams}
 * @param maxTokens tokens it has at most
 * @param contextLength tokens of prompt and answer at most
 */
public record StopRule(
        Set<Integer> stopIds, List<String> stopStrings, int minTokens, int maxTokens, int contextLength) {

    public StopRule {
        stopIds = Set.copyOf(stopIds);
        stopStrings = List.copyOf(stopStrings);
    }

    /** An answer that may end at once. */
    public StopRule(Set<Integer> stopIds, List<String> stopStrings, int maxTokens, int contextLength) {
        this(stopIds, stopStrings, 0, maxTokens, contextLength);
    }
}
