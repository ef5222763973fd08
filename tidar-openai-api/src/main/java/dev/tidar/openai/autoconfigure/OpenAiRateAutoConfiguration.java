package dev.tidar.openai.autoconfigure;

import dev.tidar.openai.RequestRate;
import dev.tidar.openai.error.ApiError;
import dev.tidar.openai.error.ApiException;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration that limits how many requests a caller may send, by Resilience4j. */
@AutoConfiguration
@ConditionalOnClass(RateLimiter.class)
@ConditionalOnProperty("tidar.openai.rate-limit.requests")
@EnableConfigurationProperties(OpenAiApiProperties.class)
public final class OpenAiRateAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RequestRate openAiRequestRate(OpenAiApiProperties properties) {
        var limit = properties.rateLimit();
        int requests = Optional.ofNullable(limit.requests()).orElseThrow();
        RateLimiterRegistry limiters = RateLimiterRegistry.of(RateLimiterConfig.custom()
                .limitForPeriod(requests)
                .limitRefreshPeriod(limit.period())
                .timeoutDuration(Duration.ZERO)
                .build());
        return caller -> {
            if (!limiters.rateLimiter(caller).acquirePermission()) {
                throw new ApiException(ApiError.tooMany(
                        "rate_limit_exceeded",
                        "requests must be at most %d in %s, but this is one more".formatted(requests, limit.period()),
                        Optional.of(limit.period())));
            }
        };
    }
}
