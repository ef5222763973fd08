package dev.tidar.openai.autoconfigure;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the OpenAI-compatible API. The texts below are the help that an IDE shows.
 *
 * @param enabled Whether the chat models of the application are served as OpenAI's clients expect it.
 * @param path What all paths of the API begin with.
 * @param maxBodySize Length of the body of a request at most.
 * @param apiKeys Keys of which a client must send one as its bearer token. Needs Spring Security. Without keys, the API
 *     is as open as the application around it.
 * @param rateLimit How many requests a caller may send.
 */
@ConfigurationProperties("tidar.openai")
public record OpenAiApiProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("/v1") String path,
        @DefaultValue("2MB") DataSize maxBodySize,
        @DefaultValue List<String> apiKeys,
        @DefaultValue RateLimit rateLimit) {

    private static final int MIN_KEY_LENGTH = 16;
    private static final int MAX_BODY_MEGABYTES = 1024;

    public OpenAiApiProperties {
        Assert.isTrue(
                path.matches("(/[A-Za-z0-9._~-]+)+"),
                () -> "tidar.openai.path must begin with / and not end with it, as /v1 does, but is " + path);
        Assert.isTrue(
                maxBodySize.toBytes() > 0 && maxBodySize.toMegabytes() < MAX_BODY_MEGABYTES,
                () -> "tidar.openai.max-body-size must be above 0 and below 1GB, but is " + maxBodySize);
        apiKeys = List.copyOf(apiKeys);
        Assert.isTrue(
                apiKeys.stream().allMatch(OpenAiApiProperties::isKey),
                () -> "tidar.openai.api-keys must have at least %d visible ASCII characters each, but one has not"
                        .formatted(MIN_KEY_LENGTH));
    }

    private static boolean isKey(String key) {
        return key.length() >= MIN_KEY_LENGTH && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /**
     * How many requests a caller may send; a caller is whoever sends the same key, or all who send none.
     *
     * @param requests Requests for chat completions in each period. Needs Resilience4j. No limit if not set.
     * @param period Length of a period.
     */
    public record RateLimit(
            @Nullable Integer requests, @DefaultValue("1m") Duration period) {

        public RateLimit {
            Assert.isTrue(
                    requests == null || requests > 0,
                    () -> "tidar.openai.rate-limit.requests must be at least 1, but is " + requests);
            Assert.isTrue(
                    !period.isNegative() && !period.isZero(),
                    () -> "tidar.openai.rate-limit.period must be positive, but is " + period);
        }
    }
}
