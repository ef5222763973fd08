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
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * Sends a reply when it is there, without holding a thread of the container until then. Status and headers are those of
 * the reply, which are known last of all; Spring's own asynchronous responses decide on them before.
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
        var sending = new Sending(async, response);
        async.addListener(sending);
        sending.begin(reply);
        return null;
    }

    /**
     * Ends the request once, when the reply was sent or when the container finds the connection closed. The latter
     * stops the engine.
     */
    private static final class Sending implements AsyncListener {
        private final AsyncContext async;
        private final HttpServletResponse response;
        private final Disposable.Swap subscription = Disposables.swap();
        private final AtomicBoolean ended = new AtomicBoolean();

        Sending(AsyncContext async, HttpServletResponse response) {
            this.async = async;
            this.response = response;
        }

        void begin(Mono<Reply> reply) {
            subscription.update(reply.flatMap(this::send).subscribe(nothing -> {}, this::fail, this::end));
        }

        private Mono<Void> send(Reply reply) {
            response.setStatus(reply.status());
            reply.headers().forEach(response::setHeader);
            if (reply instanceof Reply.Events stream) {
                return stream.events().doOnNext(this::write).then();
            }
            String json = ((Reply.Whole) reply).json();
            response.setContentLength(json.getBytes(StandardCharsets.UTF_8).length);
            return Mono.fromRunnable(() -> write(json));
        }

        /** What can no longer be written stops the engine, and is no failure of anybody. */
        private void write(String text) {
            if (ended.get()) {
                return;
            }
            try {
                ServletOutputStream out = response.getOutputStream();
                out.write(text.getBytes(StandardCharsets.UTF_8));
                out.flush();
            } catch (IOException e) {
                log.debug("A client left before its answer was sent: {}", e.getMessage());
                subscription.dispose();
                end();
            }
        }

        private void fail(Throwable failure) {
            log.error("An answer could not be sent", failure);
            end();
        }

        private void end() {
            if (!ended.getAndSet(true)) {
                async.complete();
            }
        }

        @Override
        public void onError(AsyncEvent event) {
            subscription.dispose();
            end();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            onError(event);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            subscription.dispose();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
