package dev.tidar.hub;

import dev.tidar.api.HubException;
import dev.tidar.api.HubException.Fault;
import dev.tidar.api.HubModel;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why a hub does not give what was asked for, from the status and the headers of its answer. */
final class HubRefusals {

    /** A limit that is used up, and the seconds until it is renewed, as the hub reports it. */
    private static final Pattern USED_UP = Pattern.compile("r\\s*=\\s*0\\s*;\\s*t\\s*=\\s*([0-9]{1,6})");

    private final HubModel model;
    private final String endpoint;
    private final boolean hasToken;

    HubRefusals(HubModel model, String endpoint, boolean hasToken) {
        this.model = model;
        this.endpoint = endpoint;
        this.hasToken = hasToken;
    }

    /**
     * Returns normally if the answer is one.
     *
     * @param file the file that was asked for; empty for the model
     * @throws HubException if the hub refuses, or something else than a hub answers
     */
    void require(Answer answer, String file) {
        int status = answer.status();
        if (status != 200 && status != 206) {
            throw refusal(answer, status, file.isEmpty() ? model.toString() : model + ", " + file);
        }
    }

    private HubException refusal(Answer answer, int status, String what) {
        if (status == 429) {
            return passing(
                    Fault.RATE_LIMITED,
                    answer,
                    what + ": the hub has had too many requests (429); wait, or use a token, which has higher limits");
        }
        if (status == 408 || status >= 500) {
            return passing(
                    Fault.UNREACHABLE,
                    answer,
                    "%s: %s fails with status %d; try again later"
                            .formatted(what, answer.address().getHost(), status));
        }
        if (!answer.ofHub()) {
            return passing(
                    Fault.UNREACHABLE,
                    answer,
                    "%s: %s, to which the hub redirects, refuses with status %d; try again"
                            .formatted(what, answer.address().getHost(), status));
        }
        return switch (status) {
            case 401, 403 -> noAccess(answer, status, what);
            case 404 -> notFound(answer, what);
            default ->
                new HubException(
                        Fault.WRONG_ANSWER,
                        "%s: %s answers with status %d; check HF_ENDPOINT".formatted(what, endpoint, status));
        };
    }

    private HubException noAccess(Answer answer, int status, String what) {
        if (answer.header("x-error-code").orElse("").equals("GatedRepo")) {
            return new HubException(
                    Fault.NO_ACCESS,
                    "%s is gated: ask for access at %s/%s, and give a token of the account that has it (HF_TOKEN)"
                            .formatted(what, endpoint, model.repository()));
        }
        if (status == 401 && !hasToken) {
            return new HubException(
                    Fault.NOT_FOUND,
                    "%s is not there, or is private (401): check the name, or give a token that may read it (HF_TOKEN)"
                            .formatted(what));
        }
        String message = hasToken
                ? "%s may not be read with this token (%d): check that the token is valid and its account has access"
                : "%s may not be read (%d): give a token of an account that has access (HF_TOKEN)";
        return new HubException(Fault.NO_ACCESS, message.formatted(what, status));
    }

    private HubException notFound(Answer answer, String what) {
        if (answer.header("x-error-code").orElse("").equals("RevisionNotFound")) {
            return new HubException(
                    Fault.NOT_FOUND,
                    "%s: the model has no revision \"%s\"; give a branch, a tag or a commit after '@'"
                            .formatted(what, model.revision()));
        }
        return new HubException(
                Fault.NOT_FOUND,
                "%s is not at %s (404); check the name, and that a private model's token is given (HF_TOKEN)"
                        .formatted(what, endpoint));
    }

    private static HubException passing(Fault fault, Answer answer, String message) {
        Optional<Duration> wait = retryAfter(answer);
        String asked =
                wait.map(time -> " (in %d s)".formatted(time.toSeconds())).orElse("");
        return new HubException(fault, message + asked, null, wait);
    }

    /**
     * The wait that the answer asks for. A date counts from the answer's own date, because this machine's clock may be
     * wrong.
     */
    private static Optional<Duration> retryAfter(Answer answer) {
        Optional<Duration> limit = answer.header("ratelimit")
                .map(USED_UP::matcher)
                .filter(Matcher::find)
                .map(found -> Duration.ofSeconds(Long.parseLong(found.group(1)) + 1));
        OptionalLong seconds = answer.number("retry-after");
        if (seconds.isPresent()) {
            return Optional.of(Duration.ofSeconds(Math.min(seconds.getAsLong(), Integer.MAX_VALUE)));
        }
        return answer.header("retry-after").flatMap(date -> until(answer, date)).or(() -> limit);
    }

    private static Optional<Duration> until(Answer answer, String date) {
        try {
            ZonedDateTime end = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME);
            return answer.header("date")
                    .map(now -> ZonedDateTime.parse(now, DateTimeFormatter.RFC_1123_DATE_TIME))
                    .map(now -> Duration.between(now, end))
                    .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
