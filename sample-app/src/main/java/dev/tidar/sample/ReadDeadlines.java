package dev.tidar.sample;

import dev.tidar.api.Durations;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose client takes too long for the head or the body of a request, however steadily single bytes
 * arrive: a time-out of idle connections alone would let them stay. One for each connection; confined to its event
 * loop.
 */
final class ReadDeadlines {

    private static final Logger log = LoggerFactory.getLogger(ReadDeadlines.class);

    private final Duration headTime;
    private final Duration bodyTime;
    private Optional<Future<?>> deadline = Optional.empty();

    /**
     * @param headTime from the opening of the connection, and later from the first byte of a request
     * @param bodyTime from the end of the head
     */
    ReadDeadlines(Duration headTime, Duration bodyTime) {
        this.headTime = headTime;
        this.bodyTime = bodyTime;
    }

    /** The handler before the HTTP codec, which sees the bytes. */
    ChannelHandler bytes() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                begin(context, headTime, "head");
                context.fireChannelActive();
            }

            @Override
            public void channelRead(ChannelHandlerContext context, Object bytes) {
                if (deadline.isEmpty()) {
                    begin(context, headTime, "head");
                }
                context.fireChannelRead(bytes);
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                end();
                context.fireChannelInactive();
            }
        };
    }

    /** The handler after the codec, which sees where heads and bodies end. */
    ChannelHandler messages() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof HttpRequest) {
                    begin(context, bodyTime, "body");
                }
                if (message instanceof LastHttpContent) {
                    end();
                }
                context.fireChannelRead(message);
            }
        };
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits until a connection is closed
    private void begin(ChannelHandlerContext context, Duration time, String part) {
        end();
        Runnable close = () -> {
            log.debug("{} took longer than {} for the {} of a request", context.channel(), time, part);
            context.close();
        };
        deadline = Optional.of(context.executor().schedule(close, Durations.nanos(time), TimeUnit.NANOSECONDS));
    }

    private void end() {
        deadline.ifPresent(running -> running.cancel(false));
        deadline = Optional.empty();
    }
}
