package dev.tidar.routing;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.spring.PrefixCacheSaltResolver;
import dev.tidar.spring.TidarChatOptions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A {@link ChatModel} over several nodes, engines of this application and servers elsewhere. Thread-safe.
 *
 * <p>A request is answered by one node. Another one is asked as long as no token has come and the failure is none of
 * the request ({@link FailureKind#mayGoElsewhere}); after the first token a failure ends the answer with a
 * {@link NodeFailedException}, which has the text that came, and nothing is begun anew. If no node is left, the request
 * ends with a {@link NoNodeException}. A cancel reaches the node and counts as nobody's failure.
 *
 * <p>The option {@code model} of a request names a node, which alone is asked then, or a model, whose nodes are asked.
 * {@link RoutingMetadata} lists what a response says of its way.
 */
public final class RoutingChatModel implements ChatModel {

    private final Router router;
    private final TidarChatOptions options;
    private final PrefixCacheSaltResolver salts;

    /**
     * @param router decides who is asked
     * @param options the defaults of requests to servers elsewhere; engines of this application have their own
     * @param salts which requests share cached prefixes
     */
    public RoutingChatModel(Router router, TidarChatOptions options, PrefixCacheSaltResolver salts) {
        this.router = router;
        this.options = options;
        this.salts = salts;
    }

    @Override
    public TidarChatOptions getOptions() {
        return options;
    }

    /** The nodes, in the order in which they were set. */
    public Router router() {
        return router;
    }

    /**
     * Waits for the whole answer. An interrupt cancels it.
     *
     * @throws IllegalStateException on a thread that must not block, such as an event loop of WebFlux
     * @throws java.util.concurrent.CancellationException if interrupted; the thread's interrupt flag is set again
     */
    @Override
    public ChatResponse call(Prompt prompt) {
        if (Schedulers.isInNonBlockingThread()) {
            throw new IllegalStateException(
                    "call() waits for the whole answer and must not run on an event loop, but is"
                            + " called on thread %s: use stream(), or move the call to Schedulers.boundedElastic()"
                                    .formatted(Thread.currentThread().getName()));
        }
        Route route = route(prompt, salt(Context.empty()).blockOptional());
        while (true) {
            Route.Step step = route.next();
            try {
                return step.attempt().call(step.marks());
            } catch (NodeFailure failure) {
                route.failed(step.attempt(), failure);
            }
        }
    }

    /** Streams the answer; each subscription is a request of its own. */
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return Flux.deferContextual(subscriber -> salts == PrefixCacheSaltResolver.NONE
                ? stream(route(prompt, Optional.empty()))
                : salt(subscriber)
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty())
                        .flatMapMany(salt -> stream(route(prompt, salt))));
    }

    private static Flux<ChatResponse> stream(Route route) {
        return Flux.defer(() -> {
            Route.Step step = route.next();
            return step.attempt().stream(step.marks()).onErrorResume(NodeFailure.class, failure -> {
                route.failed(step.attempt(), failure);
                return stream(route);
            });
        });
    }

    private Route route(Prompt prompt, Optional<String> resolvedSalt) {
        TidarChatOptions resolved = resolve(prompt.getOptions());
        Optional<String> asked = Optional.ofNullable(resolved.getCacheSalt());
        if (salts != PrefixCacheSaltResolver.NONE && asked.isPresent()) {
            throw new InvalidRequestException(
                    "cacheSalt must be unset, because the PrefixCacheSaltResolver of this application sets it");
        }
        RoutedRequest request = new RoutedRequest(prompt, resolved, resolvedSalt.or(() -> asked));
        return new Route(request, router.order(request));
    }

    private TidarChatOptions resolve(@Nullable ChatOptions asked) {
        return asked == null
                ? options
                : options.mutate().combineWith(asked.mutate()).build();
    }

    private Mono<String> salt(ContextView subscriber) {
        return salts.resolve(subscriber);
    }
}
