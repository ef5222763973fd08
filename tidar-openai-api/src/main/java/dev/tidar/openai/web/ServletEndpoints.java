package dev.tidar.openai.web;

import dev.tidar.openai.ChatCompletions;
import dev.tidar.openai.Reply;
import dev.tidar.openai.ServedModels;
import java.io.IOException;
import java.security.Principal;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The API on Spring MVC. Servlet containers notice that a client has closed its connection when they write to it, so a
 * stream is cancelled at its next event, and an answer in one piece is generated to its end.
 */
public final class ServletEndpoints {

    private final ChatCompletions completions;
    private final ServedModels models;
    private final ApiPaths paths;

    public ServletEndpoints(ChatCompletions completions, ServedModels models, ApiPaths paths) {
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

    private ServerResponse complete(ServerRequest request) throws IOException {
        if (!ApiPaths.isJson(request.headers().contentType())) {
            return send(ApiPaths.wrongType());
        }
        byte[] body = request.servletRequest().getInputStream().readNBytes(paths.maxBodyBytes() + 1);
        if (body.length > paths.maxBodyBytes()) {
            return send(paths.tooLarge());
        }
        return new AsyncReply(completions.answer(
                body, request.principal().map(Principal::getName).orElse("")));
    }

    private static ServerResponse send(Reply reply) {
        return new AsyncReply(Mono.just(reply));
    }
}
