package dev.tidar.openai.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.openai.Reply;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What the container sees of a reply whose client leaves. */
class AsyncReplyTest {

    private final MockHttpServletRequest request = new MockHttpServletRequest();
    private final Sinks.Many<String> events = Sinks.many().unicast().onBackpressureBuffer();

    AsyncReplyTest() {
        request.setAsyncSupported(true);
    }

    @Test
    void isNotEndedWhileAWriteRuns() {
        var endedDuringTheWrite = new AtomicBoolean();
        var container = new Thread(this::notifyOfAnError);
        begin(responseThatFails(() -> {
            container.start();
            await().until(() ->
                    container.getState() == Thread.State.WAITING || container.getState() == Thread.State.TERMINATED);
            endedDuringTheWrite.set(!request.isAsyncStarted());
        }));
        events.tryEmitNext("one").orThrow();

        await().until(() -> !container.isAlive());
        assertThat(endedDuringTheWrite).isFalse();
        assertThat(request.isAsyncStarted()).isFalse();
        assertThat(events.currentSubscriberCount()).isZero();
    }

    /** Jetty does not notify of a write that failed. */
    @Test
    void endsAfterAFailedWriteAlsoWhereTheContainerDoesNotNotify() {
        begin(responseThatFails(() -> {}));
        events.tryEmitNext("one").orThrow();

        assertThat(events.currentSubscriberCount()).isZero();
        assertThat(request.isAsyncStarted()).isFalse();
    }

    /** Tomcat does notify, and knows of the failure before the write has returned. */
    @Test
    void mayHaveBeenEndedByTheContainerBefore() {
        var rejecting = new MockHttpServletRequest() {
            @Override
            public MockAsyncContext startAsync(ServletRequest request, @Nullable ServletResponse response) {
                return new MockAsyncContext(request, response) {
                    @Override
                    public void complete() {
                        throw new IllegalStateException("the request has ended");
                    }
                };
            }
        };
        new AsyncReply(Mono.just(Reply.events(events.asFlux())))
                .writeTo(rejecting, responseThatFails(() -> {}), List::of);

        assertThat(events.tryEmitNext("one").isSuccess()).isTrue();
        assertThat(events.currentSubscriberCount()).isZero();
    }

    @Test
    void endsAlsoWhereNotEvenItsErrorCanBeSent() {
        var response = new MockHttpServletResponse() {
            @Override
            public ServletOutputStream getOutputStream() {
                throw new IllegalStateException("a filter has closed the response");
            }
        };
        begin(response);
        events.tryEmitNext("one").orThrow();

        assertThat(events.currentSubscriberCount()).isZero();
        assertThat(request.isAsyncStarted()).isFalse();
    }

    @Test
    void isNotWrittenToAfterItsEnd() throws IOException {
        var response = new MockHttpServletResponse();
        begin(response);
        events.tryEmitNext("one").orThrow();
        notifyOfAnError();

        events.tryEmitNext("two");
        assertThat(response.getContentAsString()).isEqualTo("data: one\n\n");
    }

    @Test
    void isAnErrorInOpenAisShapeWhereNothingElseWasSent() throws IOException {
        var response = new MockHttpServletResponse();
        new AsyncReply(Mono.error(new IllegalStateException("broken"))).writeTo(request, response, List::of);

        assertThat(response.getStatus()).isEqualTo(500);
        assertThat(response.getContentType()).isEqualTo("application/json");
        assertThat(response.getContentAsString()).contains("\"type\":\"server_error\"");
        assertThat(request.isAsyncStarted()).isFalse();
    }

    private void begin(MockHttpServletResponse response) {
        new AsyncReply(Mono.just(Reply.events(events.asFlux()))).writeTo(request, response, List::of);
    }

    private void notifyOfAnError() {
        var context = (MockAsyncContext) request.getAsyncContext();
        try {
            for (AsyncListener listener : context.getListeners()) {
                listener.onError(new AsyncEvent(context));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A response whose client has left, which a write finds out after what is done meanwhile. */
    private static MockHttpServletResponse responseThatFails(Runnable meanwhile) {
        return new MockHttpServletResponse() {
            @Override
            public ServletOutputStream getOutputStream() {
                return new ServletOutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        meanwhile.run();
                        throw new IOException("Broken pipe");
                    }

                    @Override
                    public boolean isReady() {
                        return true;
                    }

                    @Override
                    public void setWriteListener(WriteListener listener) {}
                };
            }
        };
    }
}
