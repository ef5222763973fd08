package dev.tidar.schedule;

import static dev.tidar.schedule.LoopBench.answer;
import static dev.tidar.schedule.LoopBench.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.Generation;
import dev.tidar.api.Limits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@DisplayName("A forward that takes too long")
@Timeout(120) // a request without an end would wait for ever
class WatchdogTest {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(Watchdog.class);

    private final CountDownLatch hold = new CountDownLatch(1);
    private final CountDownLatch inForward = new CountDownLatch(1);
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event.getFormattedMessage());
        }
    };
    private LoopBench bench;

    @BeforeEach
    void listen() {
        appender.start();
        LOGGER.addAppender(appender);
    }

    @AfterEach
    void close() {
        LOGGER.detachAppender(appender);
        hold.countDown();
        bench.close();
    }

    @Test
    void isCountedAndLoggedOnceWithWhatTheEngineDoes() throws InterruptedException {
        start(Duration.ofMillis(1), Duration.ofHours(1));
        Generation slow = bench.submit(1, 1);
        until(() -> bench.loop.totals().stalls() > 0);
        hold.countDown();

        assertThat(slow.await().tokens()).isEqualTo(answer(1, 1));
        assertThat(bench.loop.totals().stalls()).isEqualTo(1);
        assertThat(logged).hasSize(1);
        assertThat(logged.get(0))
                .contains("longer than 1 ms")
                .contains("\"tidar-engine\"")
                .contains("dev.tidar.schedule.StepLoop.step(");
        assertThat(bench.loop.state()).isEqualTo(EngineState.READY);
    }

    @Test
    void isGivenUpAndEndsAllRequestsAndClosingDoesNotWaitForIt() {
        start(Duration.ofMillis(1), Duration.ofMillis(20));
        Generation running = bench.submit(1, 9);
        LoopBench.await(inForward);
        Generation waiting = submitUnlessDead();

        assertThatThrownBy(running::await)
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("longer than the limit of 20 ms");
        if (waiting != null) {
            assertThatThrownBy(waiting::await)
                    .isInstanceOf(EngineClosedException.class)
                    .hasMessageContaining("longer than the limit of 20 ms");
        }
        assertThat(bench.loop.state()).isEqualTo(EngineState.DEAD);
        assertThatThrownBy(() -> bench.submit(1, 1)).isInstanceOf(EngineClosedException.class);
        assertThat(bench.loop.totals().stalls()).as("warnings before").isEqualTo(1);
        bench.loop.close();
        assertThat(bench.released).as("the device, whose forward still runs").isFalse();
    }

    @Test
    void letsDrainingEndWithIt() throws InterruptedException {
        start(Duration.ofMillis(1), Duration.ofMillis(20));
        Generation running = bench.submit(1, 9);
        LoopBench.await(inForward);

        assertThat(bench.loop.drain(Duration.ofHours(1))).isFalse();
        assertThatThrownBy(running::await).isInstanceOf(DeviceException.class);
    }

    private Generation submitUnlessDead() {
        try {
            return bench.submit(2, 9);
        } catch (EngineClosedException e) {
            return null; // the watchdog was faster
        }
    }

    private void start(Duration warning, Duration limit) {
        Limits limits = Limits.builder()
                .maxRunning(1)
                .stallWarning(warning)
                .stallLimit(limit)
                .build();
        bench = new LoopBench(10, limits, forward -> {
            inForward.countDown();
            LoopBench.await(hold);
        });
        bench.loop.awaitLoaded();
    }
}
