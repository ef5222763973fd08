package dev.tidar.openai.web;

import dev.tidar.openai.Reply;
import dev.tidar.openai.error.ApiError;
import dev.tidar.openai.error.EngineFailures;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
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
 * the reply, which are known last of all. Spring's own responses cannot do that: its event stream has headers of its
 * own, and its plain stream has the container's time limit, which a long answer exceeds.
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
     * Ends the request: when the reply was sent, or when it can be sent no further, which stops the engine.
     *
     * <p>A container gives the response of a request that has ended to the next one. Tomcat even ends it on a thread of
     * its own while the write that has failed still runs, and would then note that failure on the response of somebody
     * else. Therefore its thread waits here until no write runs, and none begins afterwards. Jetty and wrappers of the
     * response tell no listener of a write that has failed, and there is no time limit, so such a request is ended here
     * as well, after the write; of two ends the container rejects the second.
     */
    private static final class Sending implements AsyncListener {
        private final AsyncContext async;
        private final HttpServletResponse response;
        private final Disposable.Swap subscription = Disposables.swap();

        /** Held by whoever uses the response. */
        private final Lock use = new ReentrantLock();

        /** Whether the response must not be touched any more. */
        private boolean ended;

        Sending(AsyncContext async, HttpServletResponse response) {
            this.async = async;
            this.response = response;
        }

        void begin(Mono<Reply> reply) {
            subscription.update(reply.flatMap(this::send).subscribe(nothing -> {}, this::fail, this::end));
        }

        private Mono<Void> send(Reply reply) {
            if (reply instanceof Reply.Events stream) {
                use(() -> ServletReply.writeHead(stream, response));
                return stream.events()
                        .doOnNext(event -> use(() -> ServletReply.writeEvent(event, response)))
                        .then();
            }
            return Mono.fromRunnable(() -> use(() -> ServletReply.write((Reply.Whole) reply, response)));
        }

        /**
         * Does something with the response unless it has ended. What can no longer be written ends the request and
         * stops the engine, and is no failure of anybody.
         */
        private void use(Step step) {
            try {
                doWhileOpen(step);
            } catch (IOException e) {
                log.debug("A client left before its answer was sent: {}", e.getMessage());
                subscription.dispose();
            }
        }

        private void doWhileOpen(Step step) throws IOException {
            use.lock();
            try {
                if (!ended) {
                    step.run();
                }
            } catch (IOException e) {
                complete();
                throw e;
            } finally {
                use.unlock();
            }
        }

        private void fail(Throwable failure) {
            ApiError error = EngineFailures.unexpected(failure);
            try {
                use(() -> {
                    if (!response.isCommitted()) {
                        ServletReply.write(Reply.of(error), response);
                    }
                });
            } catch (RuntimeException e) {
                log.error("The error of a chat completion could not be sent either", e);
            } finally {
                end();
            }
        }

        private void end() {
            use(this::complete);
        }

        /** To be called with the lock; on Tomcat also where it was called before, because an error undoes that. */
        private void complete() {
            ended = true;
            try {
                async.complete();
            } catch (IllegalStateException e) {
                log.debug("The request has ended already: {}", e.getMessage());
            }
        }

        @Override
        public void onError(AsyncEvent event) {
            subscription.dispose();
            use.lock();
            try {
                complete();
            } finally {
                use.unlock();
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            onError(event);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            subscription.dispose();
            use(() -> ended = true);
        }

        @Override
        public void onStartAsync(AsyncEvent event) {}

        /** Something that is done with the response. */
        private interface Step {
            void run() throws IOException;
        }
    }
}
