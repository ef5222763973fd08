package dev.tidar.sample;

import dev.tidar.api.Durations;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/** Disconnects clients that send too slowly, and those that do not read what they asked for. */
@Component
class ConnectionLimits implements NettyServerCustomizer {

    private final SampleProperties limits;

    ConnectionLimits(SampleProperties limits) {
        this.limits = limits;
    }

    @Override
    public HttpServer apply(HttpServer server) {
        return server.doOnChannelInit((observer, channel, address) -> limit(channel.pipeline()));
    }

    private void limit(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.HttpCodec) == null) {
            throw new IllegalStateException("the limits of connections are for HTTP/1.1; switch server.http2 off");
        }
        var deadlines = new ReadDeadlines(limits.headTime(), limits.bodyTime());
        pipeline.addBefore(NettyPipeline.HttpCodec, "sample.bytes", deadlines.bytes());
        pipeline.addAfter(NettyPipeline.HttpCodec, "sample.messages", deadlines.messages());
        pipeline.addFirst(
                "sample.writes", new WriteTimeoutHandler(Durations.nanos(limits.writeTime()), TimeUnit.NANOSECONDS));
    }
}
