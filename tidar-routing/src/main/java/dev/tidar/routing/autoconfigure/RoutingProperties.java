package dev.tidar.routing.autoconfigure;

import dev.tidar.routing.AffinityOptions;
import dev.tidar.routing.RoutingRule;
import dev.tidar.routing.remote.Dialect;
import dev.tidar.routing.remote.RemoteAddress;
import dev.tidar.routing.remote.RemoteTimeouts;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * Settings of the routing chat model. The texts below are the help that an IDE shows.
 *
 * @param enabled Whether a chat model over several nodes is the primary one of the application.
 * @param rule Which node is asked first, where a request leaves it open.
 * @param model Model, or node, of requests that name none. If not set, every node may answer them.
 * @param local The engines of this application as nodes.
 * @param prefix How prompts belong to nodes by their beginnings.
 * @param breaker When a node that fails is left alone.
 * @param nodes Servers elsewhere that speak OpenAI's API, by a name of lower-case letters, digits and hyphens.
 */
@ConfigurationProperties("tidar.routing")
public record RoutingProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("local-first") RoutingRule rule,
        @Nullable String model,
        @DefaultValue Local local,
        @DefaultValue Prefix prefix,
        @DefaultValue Breaker breaker,
        @DefaultValue Map<String, Remote> nodes) {

    public RoutingProperties {
        prefix.options();
        nodes.forEach((name, node) -> {
            require(
                    "nodes." + name,
                    name.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?"),
                    "must be a name of lower-case letters, digits and hyphens");
            node.check("tidar.routing.nodes." + name);
        });
    }

    private static void require(String property, boolean holds, String rule) {
        Assert.isTrue(holds, () -> "tidar.routing.%s %s".formatted(property, rule));
    }

    private static void requireTime(String property, Duration time) {
        Assert.isTrue(
                time.compareTo(Duration.ZERO) > 0 && time.compareTo(Duration.ofDays(1)) <= 0,
                () -> "%s must be above 0 and at most 1d, but is %s".formatted(property, time));
    }

    /**
     * The engines of this application.
     *
     * @param enabled Whether engines of this application are nodes. The one of "tidar.model" has the name "local",
     *     those under "tidar.models" have theirs.
     * @param maxQueued Requests that may wait for an engine while it counts as free.
     * @param weight Share of the requests that an engine gets, compared with the other nodes.
     */
    public record Local(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("0") int maxQueued,
            @DefaultValue("1") double weight) {

        public Local {
            require("local.max-queued", maxQueued >= 0, "must be at least 0, but is " + maxQueued);
            require("local.weight", weight > 0 && weight <= 1000, "must be above 0 and at most 1000, but is " + weight);
        }
    }

    /**
     * Affinity.
     *
     * @param maxChars Characters of the beginning of a prompt that count at most.
     * @param blockChars The beginning is cut to a multiple of this many characters; shorter prompts belong to no node.
     * @param loadBound A node with more than this many times its share of the requests is passed over.
     */
    public record Prefix(
            @DefaultValue("4096") int maxChars,
            @DefaultValue("256") int blockChars,
            @DefaultValue("1.25") double loadBound) {

        /** @throws IllegalArgumentException if one is out of range */
        AffinityOptions options() {
            return new AffinityOptions(maxChars, blockChars, loadBound);
        }
    }

    /**
     * Breakers; every node has one.
     *
     * @param failureRate Percentage of failed requests at which a node is left alone.
     * @param window Number of last requests that are looked at.
     * @param minRequests Number of requests before which nothing is decided.
     * @param openTime How long a node is left alone before one request tries it again.
     */
    public record Breaker(
            @DefaultValue("50") float failureRate,
            @DefaultValue("10") int window,
            @DefaultValue("3") int minRequests,
            @DefaultValue("10s") Duration openTime) {

        public Breaker {
            require(
                    "breaker.failure-rate",
                    failureRate > 0 && failureRate <= 100,
                    "must be above 0 and at most 100, but is " + failureRate);
            require("breaker.window", window >= 1 && window <= 10_000, "must be 1 to 10000, but is " + window);
            require(
                    "breaker.min-requests",
                    minRequests >= 1 && minRequests <= window,
                    "must be at least 1 and at most the window, but is " + minRequests);
            requireTime("tidar.routing.breaker.open-time", openTime);
        }
    }

    /**
     * A server elsewhere.
     *
     * @param baseUrl What all paths of its API begin with, such as "http://gpu-1:8000/v1".
     * @param apiKey Secret that it asks for; sent to this address alone.
     * @param model Name of its model, as it knows it.
     * @param aliases Other names by which requests may ask for this model.
     * @param dialect Which fields it understands beyond those of OpenAI.
     * @param weight Share of the requests that it gets, compared with the other nodes.
     * @param maxConcurrent Requests that it has from here at one time.
     * @param timeouts How long it may take.
     */
    public record Remote(
            @Nullable URI baseUrl,
            @Nullable String apiKey,
            @Nullable String model,
            @DefaultValue Set<String> aliases,
            @DefaultValue("tidar") Dialect dialect,
            @DefaultValue("1") double weight,
            @DefaultValue("64") int maxConcurrent,
            @DefaultValue Timeouts timeouts) {

        private void check(String prefix) {
            Assert.isTrue(baseUrl != null, () -> prefix + ".base-url must be set");
            Assert.isTrue(StringUtils.hasText(model), () -> prefix + ".model must be set");
            Assert.isTrue(
                    weight > 0 && weight <= 1000,
                    () -> prefix + ".weight must be above 0 and at most 1000, but is " + weight);
            Assert.isTrue(
                    maxConcurrent >= 1 && maxConcurrent <= 10_000,
                    () -> prefix + ".max-concurrent must be 1 to 10000, but is " + maxConcurrent);
            timeouts.check(prefix + ".timeouts");
            try {
                address();
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(prefix + "." + e.getMessage()); // which is the root for a reader
            }
        }

        RemoteAddress address() {
            return new RemoteAddress(
                    Objects.requireNonNull(baseUrl),
                    Optional.ofNullable(apiKey).map(String::strip).filter(StringUtils::hasText));
        }

        /** Without the key, because settings end up in logs. */
        @Override
        public String toString() {
            return "Remote[baseUrl=%s, apiKey=%s, model=%s]"
                    .formatted(baseUrl, apiKey == null ? "none" : "(hidden)", model);
        }
    }

    /**
     * Time limits of a server.
     *
     * @param connect For a connection.
     * @param firstToken From the request to the first token, the wait in its queue included.
     * @param betweenTokens From one delivery of tokens to the next. A tool call is delivered as a whole.
     * @param total From the request to the end of the answer.
     */
    public record Timeouts(
            @DefaultValue("2s") Duration connect,
            @DefaultValue("1m") Duration firstToken,
            @DefaultValue("1m") Duration betweenTokens,
            @DefaultValue("10m") Duration total) {

        private void check(String prefix) {
            requireTime(prefix + ".connect", connect);
            requireTime(prefix + ".first-token", firstToken);
            requireTime(prefix + ".between-tokens", betweenTokens);
            requireTime(prefix + ".total", total);
        }

        RemoteTimeouts limits() {
            return new RemoteTimeouts(connect, firstToken, betweenTokens, total);
        }
    }
}
