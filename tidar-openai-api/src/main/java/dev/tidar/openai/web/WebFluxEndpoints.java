package dev.tidar.openai.web;

import dev.tidar.openai.ChatCompletions;
import dev.tidar.openai.Reply;
import dev.tidar.openai.ServedModels;
import java.security.Principal;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The API on WebFlux. A client that closes its connection cancels the generation, whether its answer is a stream or
 * not.
 */
public final class WebFluxEndpoints {

    private final ChatCompletions completions;
    private final ServedModels models;
    private final ApiPaths paths;

    public WebFluxEndpoints(ChatCompletions completions, ServedModels models, ApiPaths paths) {
        this.completions = completions;
        this.models = models;
        this.paths = paths;
    }

    /** The routes for all paths of the API. */
    public RouterFunction<ServerResponse> routes() {
        var routes = RouterFunctions.route()
                .POST(paths.completions(), this::complete)
                .GET(paths.models(), request -> send(models.list()))
                .GET(paths.model(), request -> send(models.one(request.pathVariable("id"))))
                .route(RequestPredicates.path(paths.completions()), any -> send(ApiPaths.wrongMethod("POST")))
                .route(RequestPredicates.path(paths.models()), any -> send(ApiPaths.wrongMethod("GET")))
                .route(RequestPredicates.path(paths.model()), any -> send(ApiPaths.wrongMethod("GET")));
        paths.unserved()
                .forEach(path -> routes.route(RequestPredicates.path(path), any -> send(paths.notServed(path))));
        return routes.build();
    }

    private Mono<ServerResponse> complete(ServerRequest request) {
        if (!ApiPaths.isJson(request.headers().contentType())) {
            return send(ApiPaths.wrongType());
        }
        Mono<String> caller = request.principal().map(Principal::getName).defaultIfEmpty("");
        return body(request)
                .publishOn(Schedulers.boundedElastic()) // a long prompt takes time to read
                .zipWith(caller)
                .flatMap(read -> completions.answer(read.getT1(), read.getT2()))
                .onErrorResume(DataBufferLimitException.class, failure -> Mono.just(paths.tooLarge()))
                .flatMap(WebFluxEndpoints::send);
    }

    private Mono<byte[]> body(ServerRequest request) {
        return DataBufferUtils.join(request.exchange().getRequest().getBody(), paths.maxBodyBytes())
                .map(buffer -> {
                    byte[] bytes = new byte[buffer.readableByteCount()];
                    buffer.read(bytes);
                    DataBufferUtils.release(buffer);
                    return bytes;
                })
                .defaultIfEmpty(new byte[0]);
    }

    private static Mono<ServerResponse> send(Reply reply) {
        return ServerResponse.status(reply.status())
                .build((exchange, context) -> WebFluxReply.send(reply, exchange.getResponse()));
    }
}
