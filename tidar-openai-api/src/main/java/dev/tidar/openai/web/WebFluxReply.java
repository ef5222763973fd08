package dev.tidar.openai.web;

import dev.tidar.openai.Reply;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;

/** Sends replies on WebFlux. */
public final class WebFluxReply {

    private WebFluxReply() {}

    /** Sends status, headers and body. */
    public static Mono<Void> send(Reply reply, ServerHttpResponse response) {
        response.setStatusCode(HttpStatusCode.valueOf(reply.status()));
        reply.headers().forEach(response.getHeaders()::set);
        DataBufferFactory buffers = response.bufferFactory();
        if (reply instanceof Reply.Events stream) {
            return response.writeAndFlushWith(stream.events().map(event -> Mono.just(buffer(buffers, event))));
        }
        DataBuffer json = buffer(buffers, ((Reply.Whole) reply).json());
        response.getHeaders().setContentLength(json.readableByteCount());
        return response.writeWith(Mono.just(json));
    }

    private static DataBuffer buffer(DataBufferFactory buffers, String text) {
        return buffers.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
