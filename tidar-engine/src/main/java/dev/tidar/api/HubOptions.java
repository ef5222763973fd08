package dev.tidar.api;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How models by name are found and downloaded. {@link #of} reads the environment variables of the Hugging Face library,
 * so that both use one cache, one token and one hub.
 *
 * @param cache folder in the layout of the Hugging Face cache; empty if neither it nor a home folder is known
 * @param endpoint address of the hub, or of a mirror with the same interface
 * @param token secret of the user; it is sent to the endpoint alone
 * @param tokenFile file with the token, read if {@code token} is empty and the file exists
 * @param pullModelStrategy when files are downloaded
 * @param offline whether nothing may be downloaded, whatever the strategy
 * @param connectTimeout for each connection
 * @param readTimeout for the longest time without a byte
 * @param maxRetries repetitions of a request after a passing failure without progress
 */
public record HubOptions(
        Optional<Path> cache,
        URI endpoint,
        Optional<HubToken> token,
        Optional<Path> tokenFile,
        PullModelStrategy pullModelStrategy,
        boolean offline,
        Duration connectTimeout,
        Duration readTimeout,
        int maxRetries) {

    /** Repetitions of a request at most. */
    public static final int MAX_RETRIES = 100;

    private static final URI HUGGING_FACE = URI.create("https://huggingface.co");
    private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

    public HubOptions {
        Objects.requireNonNull(cache, "cache");
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(tokenFile, "token file");
        Objects.requireNonNull(pullModelStrategy, "pull model strategy");
        requireAddress(endpoint);
        requirePositive("connect timeout", connectTimeout);
        requirePositive("read timeout", readTimeout);
        if (maxRetries < 0 || maxRetries > MAX_RETRIES) {
            throw new IllegalArgumentException(
                    "max retries must be in [0, %d], but is %d".formatted(MAX_RETRIES, maxRetries));
        }
    }

    /**
     * The options that the variables of an environment set: {@code HF_HUB_CACHE}, {@code HF_HOME},
     * {@code XDG_CACHE_HOME}, {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_TOKEN_PATH},
     * {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}, {@code HF_HUB_OFFLINE} and {@code HF_HUB_DOWNLOAD_TIMEOUT} (seconds).
     *
     * @throws IllegalArgumentException if one of them has no valid value; the message names it
     */
    public static HubOptions of(Map<String, String> environment) {
        var variables = new Variables(environment);
        Optional<Path> home = variables.home();
        boolean implicit = !variables.isSet("HF_HUB_DISABLE_IMPLICIT_TOKEN");
        return new HubOptions(
                variables
                        .path("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
                        .or(() -> home.map(folder -> folder.resolve("hub"))),
                variables.text("HF_ENDPOINT").map(HubOptions::address).orElse(HUGGING_FACE),
                implicit ? variables.text("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN").map(HubToken::new) : Optional.empty(),
                implicit
                        ? variables.path("HF_TOKEN_PATH").or(() -> home.map(folder -> folder.resolve("token")))
                        : Optional.empty(),
                PullModelStrategy.WHEN_MISSING,
                variables.isSet("HF_HUB_OFFLINE") || variables.isSet("TRANSFORMERS_OFFLINE"),
                Duration.ofSeconds(10),
                variables
                        .text("HF_HUB_DOWNLOAD_TIMEOUT")
                        .map(HubOptions::seconds)
                        .orElse(Duration.ofSeconds(30)),
                5);
    }

    public HubOptions withCache(Path folder) {
        return new HubOptions(
                Optional.of(folder),
                endpoint,
                token,
                tokenFile,
                pullModelStrategy,
                offline,
                connectTimeout,
                readTimeout,
                maxRetries);
    }

    public HubOptions withEndpoint(URI address) {
        return new HubOptions(
                cache, address, token, tokenFile, pullModelStrategy, offline, connectTimeout, readTimeout, maxRetries);
    }

    public HubOptions withToken(HubToken secret) {
        return new HubOptions(
                cache,
                endpoint,
                Optional.of(secret),
                tokenFile,
                pullModelStrategy,
                offline,
                connectTimeout,
                readTimeout,
                maxRetries);
    }

    public HubOptions withPullModelStrategy(PullModelStrategy strategy) {
        return new HubOptions(
                cache, endpoint, token, tokenFile, strategy, offline, connectTimeout, readTimeout, maxRetries);
    }

    public HubOptions withOffline(boolean whether) {
        return new HubOptions(
                cache, endpoint, token, tokenFile, pullModelStrategy, whether, connectTimeout, readTimeout, maxRetries);
    }

    /** With other limits on how long the hub may take, and how often it may fail. */
    public HubOptions withLimits(Duration connect, Duration read, int retries) {
        return new HubOptions(cache, endpoint, token, tokenFile, pullModelStrategy, offline, connect, read, retries);
    }

    private static void requireAddress(URI address) {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        boolean valid = (scheme.equals("https") || scheme.equals("http"))
                && address.getHost() != null
                && address.getUserInfo() == null
                && address.getQuery() == null
                && address.getFragment() == null;
        if (!valid) {
            throw new IllegalArgumentException(
                    "the endpoint of the hub must be an http or https address without user, query or fragment, but is "
                            + (address.getUserInfo() == null ? address : "one with a user"));
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("%s must be positive, but is %s".formatted(name, value));
        }
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("HF_ENDPOINT must be an http or https address, but is none", e);
        }
    }

    private static Duration seconds(String text) {
        try {
            return Duration.ofSeconds(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "HF_HUB_DOWNLOAD_TIMEOUT must be a number of seconds, but is " + text, e);
        }
    }

    /** Reads the variables as the Hugging Face library does: blank is unset, and {@code ~} is the home folder. */
    private record Variables(Map<String, String> values) {

        Optional<String> text(String... names) {
            return Stream.of(names)
                    .flatMap(name -> Stream.ofNullable(values.get(name)))
                    .map(String::strip)
                    .filter(value -> !value.isEmpty())
                    .findFirst();
        }

        Optional<Path> path(String... names) {
            return text(names).flatMap(this::expanded);
        }

        boolean isSet(String name) {
            return text(name)
                    .filter(value -> YES.contains(value.toUpperCase(Locale.ROOT)))
                    .isPresent();
        }

        /** The folder of the library, with its cache and the token. */
        Optional<Path> home() {
            return path("HF_HOME")
                    .or(() -> path("XDG_CACHE_HOME").map(folder -> folder.resolve("huggingface")))
                    .or(() -> user().map(folder -> folder.resolve(".cache").resolve("huggingface")));
        }

        private Optional<Path> user() {
            return text("HOME", "USERPROFILE").map(Path::of);
        }

        private Optional<Path> expanded(String text) {
            return text.startsWith("~/")
                    ? user().map(folder -> folder.resolve(text.substring(2)))
                    : Optional.of(Path.of(text));
        }
    }
}
