package dev.tidar.routing.remote;

import dev.tidar.routing.FailureKind;
import dev.tidar.routing.NodeFailure;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a status other than 200 says. Of the body only short names get into messages (a code, a field), because some
 * servers repeat the request in theirs.
 *
 * @param clock for dates in {@code Retry-After}
 */
record ErrorStatus(Clock clock) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.\\[\\]-]{1,64}");

    NodeFailure failure(int status, HttpHeaders headers, byte[] body) {
        FailureKind kind = kind(status);
        String names = names(body);
        return new NodeFailure(
                kind,
                "it answered with status %d%s%s"
                        .formatted(status, names.isEmpty() ? "" : " (%s)".formatted(names), advice(status)),
                kind == FailureKind.BUSY || kind == FailureKind.UNAVAILABLE ? retryAfter(headers) : Optional.empty(),
                null);
    }

    private static FailureKind kind(int status) {
        return switch (status) {
            case 400, 413, 415, 422 -> FailureKind.REJECTED;
            case 401, 403, 404 -> FailureKind.MISCONFIGURED;
            case 429 -> FailureKind.BUSY;
            case 502, 503, 504 -> FailureKind.UNAVAILABLE;
            default -> status >= 300 && status < 400 ? FailureKind.MISCONFIGURED : FailureKind.FAILED;
        };
    }

    private static String advice(int status) {
        return switch (status) {
            case 401, 403 -> "; look at its api-key";
            case 404 -> "; look at its model and its base-url";
            default -> status >= 300 && status < 400 ? ", which is not followed; set the address that it moved to" : "";
        };
    }

    private static String names(byte[] body) {
        try {
            JsonNode error = JsonMapper.shared().readTree(body).path("error");
            return Stream.of("code", "param")
                    .map(field -> error.path(field).asString(""))
                    .filter(value -> NAME.matcher(value).matches())
                    .collect(Collectors.joining(", "));
        } catch (JacksonException e) {
            return ""; // a page of a proxy, for example
        }
    }

    private Optional<Duration> retryAfter(HttpHeaders headers) {
        return headers.firstValue("Retry-After").map(String::strip).flatMap(this::duration);
    }

    /** Seconds or a date, as RFC 9110 has them; anything else is left out. */
    private Optional<Duration> duration(String value) {
        try {
            return value.matches("[0-9]{1,9}")
                    ? Optional.of(Duration.ofSeconds(Long.parseLong(value)))
                    : Optional.of(Duration.between(
                                    clock.instant(),
                                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                                            .toInstant()))
                            .filter(time -> !time.isNegative());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
