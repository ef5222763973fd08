package dev.tidar.spring.autoconfigure;

import dev.tidar.api.WarmUp;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * What is computed at the end of loading, before requests are taken.
 *
 * @param systemPrompts System messages whose keys and values are kept for the requests that begin with them.
 * @param prompts What a user might ask. The beginning of an answer to each is generated and dropped.
 * @param maxTokens Tokens of the answer to each of the prompts at most.
 */
public record TidarWarmUpProperties(
        @DefaultValue List<String> systemPrompts,
        @DefaultValue List<String> prompts,
        @DefaultValue("16") int maxTokens) {

    public TidarWarmUpProperties {
        requireText("tidar.warm-up.system-prompts", systemPrompts);
        requireText("tidar.warm-up.prompts", prompts);
        TidarProperties.requireInRange("tidar.warm-up.max-tokens", maxTokens, 1, WarmUp.MAX_TOKENS);
    }

    private static void requireText(String property, List<String> prompts) {
        Assert.isTrue(
                prompts.stream().allMatch(StringUtils::hasText),
                () -> property + " must be texts, but one of them is empty");
    }

    WarmUp warmUp() {
        return new WarmUp(systemPrompts, prompts, maxTokens);
    }
}
