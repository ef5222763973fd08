package dev.tidar.sample;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.sample.guide.Guide;
import dev.tidar.sample.memory.Conversations;
import dev.tidar.sample.memory.Exchange;
import dev.tidar.sample.memory.OpenExchange;
import dev.tidar.sample.tool.HarmlessTools;
import dev.tidar.sample.tool.ToolRounds;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.client.advisor.api.Advisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Conversations that the server remembers, so that a question needs nothing but its text. */
@RestController
@RequestMapping("/api/conversations")
class ConversationController {

    private static final Duration RETRY = Duration.ofSeconds(2);

    private final ChatClient client;
    private final TidarEngine engine;
    private final Conversations conversations;
    private final Guide guide;
    private final HarmlessTools tools = new HarmlessTools(InstantSource.system());

    ConversationController(ChatClient.Builder client, TidarEngine engine, Conversations conversations, Guide guide) {
        this.client = client.build();
        this.engine = engine;
        this.conversations = conversations;
        this.guide = guide;
    }

    /** A conversation: its id is all that it takes to read and to continue it. */
    record Remembered(String id, List<Exchange> exchanges) {}

    /** Takes JSON only, which a stranger's page cannot send without asking: it could else crowd out conversations. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Remembered> open() {
        String id = conversations.open();
        return ResponseEntity.created(URI.create("/api/conversations/" + id)).body(new Remembered(id, List.of()));
    }

    /** What the model will be reminded of with the next question. */
    @GetMapping("/{id}")
    ResponseEntity<Remembered> remembered(@PathVariable String id) {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(new Remembered(id, conversations.exchanges(id)));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id) {
        conversations.delete(id);
    }

    /**
     * Streams the events of {@link ChatController}, and {@code sources} and {@code tool} where the request asks for the
     * guide or for tools. The exchange is remembered when its answer is complete, or stopped by its reader; a question
     * whose answer fails is not.
     */
    @PostMapping(path = "/{id}/messages", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<ChatEvent>> ask(@PathVariable String id, @RequestBody ConversationRequest request) {
        return Flux.usingWhen(
                        Mono.fromSupplier(() -> conversations.ask(id, request.text())),
                        exchange -> answer(id, exchange, request),
                        exchange -> Mono.fromRunnable(exchange::complete),
                        (exchange, failure) -> Mono.fromRunnable(
                                failure instanceof InvalidRequestException ? exchange::reject : exchange::fail),
                        exchange -> Mono.fromRunnable(exchange::stop))
                .onErrorMap(
                        RejectedExecutionException.class,
                        full -> new EngineBusyException("too many questions to the guide wait already", RETRY))
                .transform(ChatController::asServerSentEvents);
    }

    private Flux<ChatEvent> answer(String id, OpenExchange exchange, ConversationRequest request) {
        Mono<List<Advisor>> guided =
                request.wantsGuide() ? guide.advisor().map(advisor -> List.of(advisor)) : Mono.just(List.of());
        var events = new AnswerEvents(engine, exchange, request.wantsSteps());
        return guided.flatMapMany(more -> prompt(id, exchange, request, more).stream()
                        .chatClientResponse()
                        .concatMapIterable(events::of))
                .onErrorMap(IllegalStateException.class, ConversationController::unwrapped);
    }

    /** What the model threw, where the advisor of the guide has wrapped it. */
    private static Throwable unwrapped(IllegalStateException failure) {
        return failure.getCause() instanceof RuntimeException cause ? cause : failure;
    }

    private ChatClient.ChatClientRequestSpec prompt(
            String id, OpenExchange exchange, ConversationRequest request, List<Advisor> more) {
        var advisors = new ArrayList<>(more);
        advisors.add(MessageChatMemoryAdvisor.builder(exchange).build());
        var prompt = client.prompt().messages(request.messages()).options(request.options());
        if (request.wantsTools()) {
            advisors.add(new ToolRounds());
            prompt = prompt.tools(tools);
        }
        return prompt.advisors(spec -> spec.advisors(advisors).param(ChatMemory.CONVERSATION_ID, id));
    }
}
