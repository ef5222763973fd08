package dev.tidar.cli.bench;

import java.util.List;

/**
 * What a bench measures.
 *
 * @param prompts prompts of every round, in this order
 * @param layouts layouts of every round, which take turns prompt by prompt, so that a drift of the machine affects all
 *     of them
 * @param maxTokens tokens to emit at most, a prompt
 * @param repeats measured rounds, after one warm-up round
 * @param ignoreStopIds whether every prompt emits {@code maxTokens}
 */
public record BenchPlan(
        List<NamedPrompt> prompts, List<Layout> layouts, int maxTokens, int repeats, boolean ignoreStopIds) {

    public BenchPlan {
        prompts = List.copyOf(prompts);
        layouts = List.copyOf(layouts);
        if (prompts.isEmpty() || layouts.isEmpty()) {
            throw new IllegalArgumentException("a bench must have prompts and layouts, but has %d and %d"
                    .formatted(prompts.size(), layouts.size()));
        }
    }
}
