package dev.tidar.openai.web;

import dev.tidar.openai.Reply;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.ServerResponse;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * Sends a reply when it is there, without holding a thread of the container until then. Status and headers are those
 * of the reply, which are known last of all; Spring's own asynchronous responses decide on them before.
 */
final class AsyncReply implements ServerResponse {

    private static final Logger log = LoggerFactory.getLogger(AsyncReply.class);

    /** The engine bounds how long an answer takes. */
    private static final long NO_TIMEOUT = 0;

    private final Mono<Reply> reply;

    AsyncReply(Mono<Reply> reply) {
        this.reply = reply;
    }

    @Override
    public HttpStatusCode statusCode() {
        return HttpStatus.OK;
    }

    @Override
    public HttpHeaders headers() {
        return HttpHeaders.EMPTY;
    }

    @Override
    public MultiValueMap<String, Cookie> cookies() {
        return new LinkedMultiValueMap<>();
    }

    /** Subscribes on the calling thread, whose thread-locals say who asks. */
    @Override
    public @Nullable ModelAndView writeTo(HttpServletRequest request, HttpServletResponse response, Context context) {
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(NO_TIMEOUT);
        Disposable.Swap sending = Disposables.swap();
        async.addListener(new CancelOnError(sending));
        sending.update(reply.flatMap(ready -> send(ready, response))
                .subscribe(
                        nothing -> {},
                        failure -> {
                            log.debug("A client left before its answer was sent: {}", failure.getMessage());
                            async.complete();
                        },
                        async::complete));
        return null;
    }

    private static Mono<Void> send(Reply reply, HttpServletResponse response) {
        response.setStatus(reply.status());
        reply.headers().forEach(response::setHeader);
        if (reply instanceof Reply.Events stream) {
            return stream.events().doOnNext(event -> write(event, response)).then();
        }
        byte[] json = ((Reply.Whole) reply).json().getBytes(StandardCharsets.UTF_8);
        response.setContentLength(json.length);
        return Mono.fromRunnable(() -> write(json, response));
    }

    private static void write(String event, HttpServletResponse response) {
        write(event.getBytes(StandardCharsets.UTF_8), response);
    }

    private static void write(byte[] bytes, HttpServletResponse response) {
        try {
            ServletOutputStream out = response.getOutputStream();
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the engine when the container finds the connection closed. */
    private record CancelOnError(Disposable sending) implements AsyncListener {

        @Override
        public void onError(AsyncEvent event) {
            sending.dispose();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            sending.dispose();
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
