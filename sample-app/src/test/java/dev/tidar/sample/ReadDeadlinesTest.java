package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** On a channel whose clock these tests advance: 10 s for a head, 30 s for a body. */
@DisplayName("A connection")
class ReadDeadlinesTest {

    private static final String HEAD = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n";

    private EmbeddedChannel channel;

    @BeforeEach
    void open() {
        var deadlines = new ReadDeadlines(Duration.ofSeconds(10), Duration.ofSeconds(30));
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(deadlines.bytes(), new HttpRequestDecoder(), deadlines.messages());
        channel.pipeline().fireChannelActive();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void isClosedIfNoRequestBegins() {
        pass(9);
        assertThat(channel.isOpen()).isTrue();

        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void isClosedIfAHeadArrivesByteByByteForTooLong() {
        for (int i = 0; i < 9; i++) {
            send(HEAD.substring(i, i + 1));
            pass(1);
        }
        assertThat(channel.isOpen()).isTrue();

        send(HEAD.substring(9, 10));
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void isClosedIfABodyArrivesByteByByteForTooLong() {
        send(HEAD);
        for (int i = 0; i < 3; i++) {
            send("x");
            pass(9);
        }
        assertThat(channel.isOpen()).isTrue();

        pass(3);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void staysWhileItsAnswerIsMadeAndUntilTheNextRequest() {
        send(HEAD + "body");
        pass(3600);
        assertThat(channel.isOpen()).isTrue();

        send("GET");
        pass(10);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void leavesNoTimerWhenItsClientCloses() {
        send("GET");
        channel.close();
        channel.runPendingTasks();

        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private void pass(int seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runPendingTasks();
    }
}
