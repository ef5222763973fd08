package dev.tidar.sample;

import dev.tidar.TidarEngine;
import dev.tidar.api.TidarException;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** Answers conversations, with one event for each decode step. */
@RestController
class ChatController {
    private final ChatClient client;
    private final TidarEngine engine;

    ChatController(ChatClient.Builder client, TidarEngine engine) {
        this.client = client.build();
        this.engine = engine;
    }

    /**
     * Streams {@code chunk} events and one {@code done} event, each a JSON object: bare text would lose the space that
     * a token begins with, which server-sent events strip. A failure before the first event is an HTTP status (see
     * {@link ProblemAdvice}), a later one an {@code error} event. Closing the connection cancels the subscription, and
     * that stops the engine within a step.
     */
    @PostMapping(path = "/api/chat", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<ChatEvent>> chat(@RequestBody ChatRequest request) {
        return client.prompt().messages(request.conversation()).options(request.options()).stream()
                .chatResponse()
                .map(response -> ChatEvent.of(response, engine, request.wantsSteps()))
                .transform(ChatController::asServerSentEvents);
    }

    /** A failure before the first event stays one, so that it becomes an HTTP status. */
    static Flux<ServerSentEvent<ChatEvent>> asServerSentEvents(Flux<ChatEvent> answer) {
        return answer.switchOnFirst((first, events) -> first.isOnError() ? events : withFailureAsEvent(events))
                .map(event ->
                        ServerSentEvent.builder(event).event(event.event()).build());
    }

    private static Flux<ChatEvent> withFailureAsEvent(Flux<ChatEvent> events) {
        return events.onErrorResume(TidarException.class, failure -> Flux.just(ChatEvent.Failed.of(failure)));
    }
}
