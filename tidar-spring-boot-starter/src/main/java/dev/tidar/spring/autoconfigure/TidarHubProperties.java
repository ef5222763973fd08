package dev.tidar.spring.autoconfigure;

import dev.tidar.api.HubOptions;
import dev.tidar.api.HubToken;
import dev.tidar.api.PullModelStrategy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a model by name ("hf:organization/name") is found and downloaded. What is not set is as the environment variables
 * of the Hugging Face library say.
 *
 * @param cache Folder of downloaded models, in the layout of the Hugging Face cache. That of HF_HUB_CACHE or HF_HOME if
 *     not set, else ".cache/huggingface/hub" in the home folder.
 * @param endpoint Address of the hub, or of a mirror of it. HF_ENDPOINT if not set, else "https://huggingface.co".
 * @param token Secret for gated and private models, sent to the hub alone. HF_TOKEN if not set, else the one that "hf
 *     auth login" has stored.
 * @param offline Whether nothing may be downloaded, so that models must be in the cache. HF_HUB_OFFLINE if not set.
 * @param pullModelStrategy When a model is downloaded.
 * @param connectTimeout Time that a connection to the hub may take.
 * @param readTimeout Time that may pass without a byte from the hub. HF_HUB_DOWNLOAD_TIMEOUT if not set, else 30s.
 * @param maxRetries Repetitions of a request that failed in a way that may pass; progress starts the count again.
 */
public record TidarHubProperties(
        @Nullable Path cache,
        @Nullable URI endpoint,
        @Nullable String token,
        @Nullable Boolean offline,
        @DefaultValue("when-missing") PullModelStrategy pullModelStrategy,
        @DefaultValue("10s") Duration connectTimeout,
        @Nullable Duration readTimeout,
        @DefaultValue("5") int maxRetries) {

    public TidarHubProperties {
        TidarProperties.requireTime("tidar.hub.connect-timeout", connectTimeout);
        TidarProperties.requireTime("tidar.hub.read-timeout", readTimeout);
        TidarProperties.requireInRange("tidar.hub.max-retries", maxRetries, 0, HubOptions.MAX_RETRIES);
    }

    /**
     * The options of the engine.
     *
     * @param environment the variables that count where a property is not set
     */
    HubOptions options(Map<String, String> environment) {
        HubOptions options = HubOptions.of(environment).withPullModelStrategy(pullModelStrategy);
        options = cache == null ? options : options.withCache(cache);
        options = endpoint == null ? options : options.withEndpoint(endpoint);
        options = token == null || token.isBlank() ? options : options.withToken(new HubToken(token.strip()));
        options = offline == null ? options : options.withOffline(offline);
        return options.withLimits(
                connectTimeout, readTimeout == null ? options.readTimeout() : readTimeout, maxRetries);
    }

    /** Without the token, because settings end up in logs. */
    @Override
    public String toString() {
        return "TidarHubProperties[cache=%s, endpoint=%s, token=%s, offline=%s, pullModelStrategy=%s]"
                .formatted(cache, endpoint, token == null ? "none" : "(hidden)", offline, pullModelStrategy);
    }
}
