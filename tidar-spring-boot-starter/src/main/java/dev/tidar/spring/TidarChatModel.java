package dev.tidar.spring;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenText;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A {@link ChatModel} that generates inside this JVM, on a {@link TidarEngine}. Thread-safe.
 *
 * <p>A prompt may come without options, with {@link TidarChatOptions} or with any other {@link ChatOptions}; an option
 * that it leaves unset comes from {@link #getOptions()}. A request that can never be served ends with an
 * {@link InvalidRequestException} that names the option; every other failure is the engine's {@link TidarException},
 * and {@link TidarException#isTransient()} says whether to try again.
 *
 * <p>Where an application has several models, a request to any of them may name another one, which then answers.
 *
 * <p>{@link TidarMetadata} lists what a response reports beyond Spring AI's own fields.
 */
public class TidarChatModel implements ChatModel {

    /** Name of the provider in observations. */
    public static final String PROVIDER = "tidar";

    private static final ChatModelObservationConvention DEFAULT_CONVENTION =
            new DefaultChatModelObservationConvention();

    private final ModelEngine engine;
    private final TidarChatOptions options;
    private final ObservationRegistry observations;
    private volatile PrefixCacheSaltResolver salts = PrefixCacheSaltResolver.NONE;
    private volatile boolean reportHits = true;
    private volatile Map<String, TidarChatModel> others = Map.of();
    private volatile @Nullable ChatModelObservationConvention convention;

    /** A model with default options and without observations. */
    public TidarChatModel(TidarEngine engine) {
        this(engine, TidarChatOptions.builder().build(), ObservationRegistry.NOOP);
    }

    /**
     * @param engine the engine that generates; it may still be loading, and the caller closes it
     * @param options the defaults for options that a request leaves unset
     * @param observations receives an observation of each request
     */
    public TidarChatModel(TidarEngine engine, TidarChatOptions options, ObservationRegistry observations) {
        this(ModelEngine.of(engine), options, observations);
    }

    /**
     * @param engine the engine that generates
     * @param options the defaults for options that a request leaves unset
     * @param observations receives an observation of each request
     */
    public TidarChatModel(ModelEngine engine, TidarChatOptions options, ObservationRegistry observations) {
        this.engine = engine;
        this.options = options;
        this.observations = observations;
    }

    /** Replaces Spring AI's convention for the names and tags of observations. */
    public void setObservationConvention(ChatModelObservationConvention convention) {
        this.convention = convention;
    }

    /**
     * Lets this resolver decide which requests share cached prefixes; the options of a request must then not name a
     * salt.
     */
    public void setPrefixCacheSaltResolver(PrefixCacheSaltResolver resolver) {
        this.salts = resolver;
    }

    /**
     * Whether responses report how many tokens of the prompt were cached, which they do by default. If not, the count
     * in {@link dev.tidar.api.GenerationStats} is 0.
     */
    public void setReportHits(boolean reportHits) {
        this.reportHits = reportHits;
    }

    /** What the engine is and does now; empty for a mocked engine that was told no status. */
    public Optional<EngineStatus> status() {
        return engine.status();
    }

    /**
     * What answers: the model, its device and its kernels. It stays when the engine is unloaded, so that an answer can
     * be described after that; empty before a model is loaded.
     */
    public Optional<Loaded> loaded() {
        return engine.loaded();
    }

    /**
     * What a token stands for, such as one of {@link TidarMetadata#LOG_PROBS}; empty if the model has no such token.
     */
    public Optional<TokenText> token(int id) {
        return engine.token(id);
    }

    /** Lets these answer requests that name them. */
    void setOthers(Map<String, TidarChatModel> others) {
        this.others = Map.copyOf(others);
    }

    /** Who answers: this one, unless the request names another that it knows. */
    private TidarChatModel answering(Prompt prompt) {
        ChatOptions asked = prompt.getOptions();
        String name = asked == null ? null : asked.getModel();
        return name == null ? this : others.getOrDefault(name, this);
    }

    @Override
    public TidarChatOptions getOptions() {
        return options;
    }

    /**
     * Waits for the whole answer. An interrupt cancels the generation.
     *
     * @throws IllegalStateException on a thread that must not block, such as an event loop of WebFlux
     * @throws CancellationException if interrupted; the thread's interrupt flag is set again
     */
    @Override
    public ChatResponse call(Prompt prompt) {
        rejectOnEventLoop();
        return answering(prompt).answer(prompt);
    }

    private ChatResponse answer(Prompt prompt) {
        Task task = task(prompt, false, salt(Context.empty()).blockOptional());
        Observation observation = observation(task.context);
        GenerationListener listener = ObservedGeneration.of(observation, task.context, task.responses);
        return observation.observe(() -> {
            GenerationResult result = await(submit(task.request, listener));
            ChatResponse response = task.context.getResponse();
            if (response == null) { // nobody observes it, or a mocked engine calls no listener
                response = task.responses.whole(result);
                task.context.setResponse(response);
            }
            return response;
        });
    }

    /**
     * Streams the answer: one chunk for each decode step, with whole characters only. The last chunk has no text; it
     * has all tool calls, the finish reason, usage and statistics. Each subscription is one generation, and cancelling
     * it stops the engine within one step. Chunks that a slow subscriber has not requested yet are buffered;
     * {@code maxTokens} bounds their number. Chunks arrive on {@link Schedulers#boundedElastic()}, never on the engine
     * thread. A rejected request is an error signal.
     */
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return answering(prompt).answers(prompt);
    }

    private Flux<ChatResponse> answers(Prompt prompt) {
        return Flux.deferContextual(subscriber -> salts == PrefixCacheSaltResolver.NONE
                ? stream(task(prompt, true, Optional.empty()), subscriber)
                : salt(subscriber)
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty())
                        .flatMapMany(salt -> stream(task(prompt, true, salt), subscriber)));
    }

    private Flux<ChatResponse> stream(Task task, ContextView subscriber) {
        return new ObservedStream(task.responses, observation(task.context), task.context)
                .of(listener -> engine.submit(task.request, listener), subscriber);
    }

    /**
     * A prompt with all options resolved, as a request to the engine and as the context of an observation, and what
     * makes the responses.
     */
    private record Task(GenerationRequest request, ChatModelObservationContext context, ChatResponseMapper responses) {}

    /** @param salt the result of the resolver */
    private Task task(Prompt prompt, boolean streaming, Optional<String> salt) {
        String model = model();
        TidarChatOptions resolved = salted(resolve(prompt.getOptions(), model), salt);
        GenerationRequest request = new ChatRequestMapper(model).request(prompt.getInstructions(), resolved);
        ChatModelObservationContext context = ChatModelObservationContext.builder()
                .prompt(new Prompt(prompt.getInstructions(), resolved))
                .provider(PROVIDER)
                .streaming(streaming)
                .build();
        return new Task(request, context, responses(model));
    }

    private TidarChatOptions resolve(@Nullable ChatOptions asked, String model) {
        TidarChatOptions resolved =
                asked == null ? options : TidarChatOptions.from(asked).orDefaults(options);
        return resolved.getModel() == null ? resolved.mutate().model(model).build() : resolved;
    }

    private TidarChatOptions salted(TidarChatOptions asked, Optional<String> salt) {
        if (salts == PrefixCacheSaltResolver.NONE) {
            return asked;
        }
        if (asked.getCacheSalt() != null) {
            throw new InvalidRequestException(
                    "cacheSalt must be unset, because the PrefixCacheSaltResolver of this application sets it");
        }
        return asked.mutate().cacheSalt(salt.orElse(null)).build();
    }

    /** The name of the loaded model; empty for a mocked engine that was told no status. */
    public String model() {
        return engine.status().map(EngineStatus::name).orElse("");
    }

    private Mono<String> salt(ContextView subscriber) {
        PrefixCacheSaltResolver resolver = salts;
        Mono<String> salt = resolver.resolve(subscriber);
        if (salt == null) { // a bean of the application, which no compiler holds to the annotations
            throw new IllegalStateException("%s must return a Mono, empty for no salt, but returned null"
                    .formatted(resolver.getClass().getName()));
        }
        return salt;
    }

    private ChatResponseMapper responses(String model) {
        return new ChatResponseMapper(
                "tidar-" + UUID.randomUUID(),
                model,
                () -> engine.loaded().map(Loaded::device).orElse(""),
                reportHits);
    }

    private Observation observation(ChatModelObservationContext context) {
        return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                convention, DEFAULT_CONVENTION, () -> context, observations);
    }

    private Generation submit(GenerationRequest request, GenerationListener listener) {
        try {
            return engine.submit(request, listener);
        } catch (EngineClosedException e) {
            throw Thread.currentThread().isInterrupted() ? cancelled("model, so nothing was submitted", e) : e;
        }
    }

    private static GenerationResult await(Generation generation) {
        try {
            return generation.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled("answer, which is cancelled", e);
        }
    }

    private static CancellationException cancelled(String awaited, Exception cause) {
        var cancelled = new CancellationException("interrupted while waiting for the " + awaited);
        cancelled.initCause(cause);
        return cancelled;
    }

    private static void rejectOnEventLoop() {
        if (Schedulers.isInNonBlockingThread()) {
            throw new IllegalStateException(
                    ("call() waits for the whole answer and must not run on an event loop, but is"
                                    + " called on thread %s: use stream(), or move the call to Schedulers.boundedElastic(), or set"
                                    + " spring.threads.virtual.enabled=true")
                            .formatted(Thread.currentThread().getName()));
        }
    }
}
