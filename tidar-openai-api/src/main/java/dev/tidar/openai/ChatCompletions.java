package dev.tidar.openai;

import dev.tidar.openai.error.ApiException;
import dev.tidar.openai.error.EngineFailures;
import dev.tidar.openai.request.CompletionRequest;
import dev.tidar.openai.request.CompletionRequest.Delivery;
import dev.tidar.openai.request.RequestReader;
import java.time.Clock;
import java.util.UUID;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers requests for chat completions. Each subscription is one generation, and cancelling it stops the engine within
 * one step. Tools are handed to the client, never run here. Thread-safe.
 */
public final class ChatCompletions {

    private static final String DONE = "[DONE]";

    private final RequestReader reader = new RequestReader();
    private final ServedModels models;
    private final RequestRate rate;
    private final Clock clock;

    /** @param clock tells when an answer was made */
    public ChatCompletions(ServedModels models, RequestRate rate, Clock clock) {
        this.models = models;
        this.rate = rate;
        this.clock = clock;
    }

    /**
     * The answer, which is an error as well where the request fails before there is anything else to send.
     *
     * @param body the body of the request
     * @param caller name of whom the server has authenticated; empty for all others
     */
    public Mono<Reply> answer(byte[] body, String caller) {
        return Mono.defer(() -> {
                    rate.count(caller);
                    CompletionRequest request = reader.read(body);
                    return answer(request, models.named(request.model()));
                })
                .onErrorResume(failure -> Mono.just(Reply.of(
                        failure instanceof ApiException known ? known.error() : EngineFailures.unexpected(failure))));
    }

    private Mono<Reply> answer(CompletionRequest request, ServedModel model) {
        var failures = new EngineFailures(request.maxTokensField(), model::isLoading);
        var writer = new CompletionWriter(
                "chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                clock.instant(),
                model.id(),
                SingletonSupplier.of(model::fingerprint),
                model.chat()::token,
                request.oneCall());
        Flux<ChatResponse> responses = Flux.defer(() -> model.chat().stream(request.prompt()));
        Mono<Reply> reply = request.delivery() == Delivery.WHOLE
                ? responses.collectList().map(parts -> Reply.ok(writer.whole(parts)))
                : FirstSignal.of(responses).map(rest -> Reply.events(events(rest, writer, request, failures)));
        return reply.onErrorResume(failure -> Mono.just(Reply.of(failures.error(failure))));
    }

    /** After a failure no event follows that of the error, so that no client takes the answer for a whole one. */
    private static Flux<String> events(
            Flux<ChatResponse> responses, CompletionWriter writer, CompletionRequest request, EngineFailures failures) {
        boolean withUsage = request.delivery() == Delivery.STREAM_WITH_USAGE;
        return Flux.just(writer.begin(withUsage))
                .concatWith(responses.concatMapIterable(response -> writer.chunks(response, withUsage)))
                .concatWith(Mono.just(DONE))
                .onErrorResume(failure -> Mono.just(failures.error(failure).json()));
    }
}
