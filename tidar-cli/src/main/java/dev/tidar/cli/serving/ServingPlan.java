package dev.tidar.cli.serving;

import dev.tidar.api.DecodeMode;
import dev.tidar.cli.bench.NamedPrompt;
import java.util.List;

/**
 * What a serving bench measures: every load, with every prompt, in every round.
 *
 * @param prompts prompts, in the order in which they are submitted
 * @param concurrencies requests in flight at once
 * @param modes layouts of the requests
 * @param maxTokens tokens that each prompt emits; stop ids end nothing
 * @param repeats measured rounds, after one warm-up round
 */
public record ServingPlan(
        List<NamedPrompt> prompts, List<Integer> concurrencies, List<DecodeMode> modes, int maxTokens, int repeats) {

    public ServingPlan {
        prompts = List.copyOf(prompts);
        concurrencies = List.copyOf(concurrencies);
        modes = List.copyOf(modes);
        if (prompts.isEmpty() || concurrencies.isEmpty() || modes.isEmpty() || repeats < 1) {
            throw new IllegalArgumentException(
                    "a serving bench must have prompts, concurrencies, modes and repeats, but has %d, %d, %d, %d"
                            .formatted(prompts.size(), concurrencies.size(), modes.size(), repeats));
        }
    }

    /** A load, which is one row of the report. */
    record Load(DecodeMode mode, int concurrency) {}

    /** The loads in the order in which they take turns. */
    List<Load> loads() {
        return concurrencies.stream()
                .flatMap(concurrency -> modes.stream().map(mode -> new Load(mode, concurrency)))
                .toList();
    }
}
