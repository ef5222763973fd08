package dev.tidar.routing.remote;

import com.openai.client.OpenAIClientAsyncImpl;
import com.openai.client.OpenAIClientImpl;
import com.openai.core.ClientOptions;
import com.openai.core.LogLevel;
import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import dev.tidar.routing.FailureKind;
import dev.tidar.routing.Node;
import dev.tidar.routing.NodeFailure;
import dev.tidar.routing.RoutedRequest;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A server that speaks OpenAI's API as a node, asked by Spring AI's client. */
public final class RemoteNode implements Node {

    private final String name;
    private final Set<String> models;
    private final RemoteOptions options;
    private final RemoteTimeouts timeouts;
    private final NodeHttpClient http;
    private final OpenAiChatModel chat;

    /**
     * @param name its name among the nodes
     * @param address where it is
     * @param model name of the model there
     * @param aliases other names by which requests may ask for this model
     * @param dialect which fields it knows
     * @param timeouts how long it may take
     * @param observations receives an observation of each request to it
     */
    public RemoteNode(
            String name,
            RemoteAddress address,
            String model,
            Set<String> aliases,
            Dialect dialect,
            RemoteTimeouts timeouts,
            ObservationRegistry observations) {
        this.name = name;
        this.models = Stream.concat(aliases.stream(), Stream.of(model)).collect(Collectors.toUnmodifiableSet());
        this.options = new RemoteOptions(model, dialect);
        this.timeouts = timeouts;
        this.http = new NodeHttpClient(address.apiKey(), timeouts.connect(), Clock.systemUTC());
        this.chat = chat(address, model, http, readers(name), observations);
    }

    /** Each answer has a thread that reads it; the bulkhead bounds their number. */
    private static Executor readers(String name) {
        var threads = new CustomizableThreadFactory("tidar-node-" + name + "-");
        threads.setDaemon(true);
        return Executors.newCachedThreadPool(threads);
    }

    private static OpenAiChatModel chat(
            RemoteAddress address,
            String model,
            NodeHttpClient http,
            Executor readers,
            ObservationRegistry observations) {
        ClientOptions client = ClientOptions.builder()
                .httpClient(http)
                .baseUrl(address.baseUrl().toString())
                .apiKey("unused") // the HTTP client sends the key, if there is one
                .maxRetries(0)
                .logLevel(LogLevel.OFF)
                .streamHandlerExecutor(readers)
                .build();
        return OpenAiChatModel.builder()
                .openAiClient(new OpenAIClientImpl(client))
                .openAiClientAsync(new OpenAIClientAsyncImpl(client))
                .options(OpenAiChatOptions.builder().model(model).build())
                .observationRegistry(observations)
                .build();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> models() {
        return models;
    }

    @Override
    public Optional<String> cannotHonour(RequestOptions asked) {
        return options.cannotHonour(asked);
    }

    @Override
    public Standing standing() {
        return Standing.AMONG;
    }

    @Override
    public OptionalInt load() {
        return OptionalInt.empty();
    }

    @Override
    public Optional<ChatResponse> call(RoutedRequest request) {
        return Optional.empty();
    }

    @Override
    public Flux<ChatResponse> stream(RoutedRequest request) {
        return Flux.defer(() -> {
            String id = UUID.randomUUID().toString();
            var gate = new AnswerGate();
            Prompt sent = request.prompt()
                    .mutate()
                    .chatOptions(options.of(request, id))
                    .build();
            http.expect(id);
            Flux<ChatResponse> answer = Flux.defer(() -> chat.stream(sent))
                    .doOnCancel(() -> http.giveUp(id))
                    .doOnTerminate(() -> http.giveUp(id))
                    .filter(gate::passes)
                    .concatWith(Mono.defer(gate::end));
            return untilItsEnd(inTime(answer, gate, total(request)), gate)
                    .onErrorMap(RemoteFailures::of)
                    .onBackpressureBuffer() // a slow subscriber is not the node's fault; max-tokens bounds it
                    .publishOn(Schedulers.boundedElastic());
        });
    }

    private Flux<ChatResponse> inTime(Flux<ChatResponse> answer, AnswerGate gate, Duration total) {
        return answer.timeout(Mono.delay(timeouts.firstToken()), chunk -> Mono.delay(timeouts.betweenTokens()))
                .onErrorMap(
                        TimeoutException.class,
                        e -> gate.hasBegun()
                                ? slow("between-tokens", timeouts.betweenTokens())
                                : slow("first-token", timeouts.firstToken()))
                .takeUntilOther(Mono.delay(total))
                .concatWith(Mono.defer(() -> gate.hasEnded()
                        ? Mono.empty()
                        : Mono.error(new NodeFailure(FailureKind.LATE, limit("total", total)))));
    }

    /** What fails after the finish reason takes nothing from the answer. */
    private static Flux<ChatResponse> untilItsEnd(Flux<ChatResponse> answer, AnswerGate gate) {
        return answer.onErrorResume(failure -> gate.hasEnded() ? Mono.empty() : Mono.error(failure));
    }

    private static NodeFailure slow(String limit, Duration time) {
        return new NodeFailure(FailureKind.SLOW, limit(limit, time));
    }

    private static String limit(String name, Duration time) {
        return "its time limit %s of %d ms has passed".formatted(name, time.toMillis());
    }

    /** The shorter one of the node's limit and that of the request, which the API has no field for. */
    private Duration total(RoutedRequest request) {
        return request.requestOptions()
                .get(RequestOption.TIMEOUT)
                .filter(asked -> asked.compareTo(timeouts.total()) < 0)
                .orElse(timeouts.total());
    }
}
