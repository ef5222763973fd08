package dev.tidar.sample;

import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.TidarException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebInputException;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import tools.jackson.core.JacksonException;

/** Failures before the first event of a stream, as problem details (RFC 9457). */
@RestControllerAdvice
class ProblemAdvice {
    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    /**
     * 400 for a request that can never be served, 503 for one that may be served later, 500 for a failure of the
     * engine.
     */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> failed(TidarException failure) {
        return problem(status(failure), title(failure), failure.getMessage(), failure.retryAfter());
    }

    /** 400 for a body that is no chat request, with the rule that it breaks or the field where reading it ended. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> unreadable(ServerWebInputException failure) {
        String detail = causes(failure)
                .filter(InvalidRequestException.class::isInstance)
                .map(Throwable::getMessage)
                .findFirst()
                .orElseGet(
                        () -> "the body must be a JSON object with the fields of this request, but " + fault(failure));
        return problem(failure.getStatusCode(), "Request rejected", detail, Optional.empty());
    }

    /** 404, 405, 406, 413 or 415, as Spring words it, with the headers that belong to it, such as {@code Allow}. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> misdirected(ResponseStatusException failure) {
        return ResponseEntity.status(failure.getStatusCode())
                .headers(failure.getHeaders())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(failure.getBody());
    }

    /** Nothing: a client that closes its connection while it sends is nobody's fault, and there is nobody to answer. */
    @ExceptionHandler({AbortedException.class, IOException.class})
    Mono<Void> aborted(Exception failure) {
        if (!(failure instanceof AbortedException) && !AbortedException.isConnectionReset(failure)) {
            return Mono.error(failure);
        }
        log.debug("A client closed its connection before its request was complete: {}", failure.getMessage());
        return Mono.empty();
    }

    /** The title of a failure, for readers. */
    static String title(TidarException failure) {
        if (failure instanceof InvalidRequestException) {
            return "Request rejected";
        }
        if (failure instanceof EngineBusyException) {
            return "Engine busy";
        }
        return failure instanceof EngineClosedException ? "Engine stopped" : "Engine failed";
    }

    private static HttpStatus status(TidarException failure) {
        if (failure instanceof InvalidRequestException) {
            return HttpStatus.BAD_REQUEST;
        }
        return failure.isTransient() || failure instanceof EngineClosedException
                ? HttpStatus.SERVICE_UNAVAILABLE
                : HttpStatus.INTERNAL_SERVER_ERROR;
    }

    /** States the content type, because the caller of a stream accepts only events. */
    private static ResponseEntity<ProblemDetail> problem(
            HttpStatusCode status, String title, @Nullable String detail, Optional<Duration> retryAfter) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setTitle(title);
        var response = ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        retryAfter.ifPresent(time -> response.header(HttpHeaders.RETRY_AFTER, wholeSeconds(time)));
        return response.body(problem);
    }

    /** Rounded up, so that no client tries again too early. */
    private static String wholeSeconds(Duration time) {
        return String.valueOf(time.plusNanos(999_999_999).toSeconds());
    }

    private static String fault(ServerWebInputException failure) {
        String path = causes(failure)
                .filter(JacksonException.class::isInstance)
                .flatMap(cause -> ((JacksonException) cause).getPath().stream())
                .map(step ->
                        step.getPropertyName() != null ? "." + step.getPropertyName() : "[" + step.getIndex() + "]")
                .collect(Collectors.joining());
        return path.isEmpty() ? "is none" : "cannot be read at " + path.substring(path.startsWith(".") ? 1 : 0);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
