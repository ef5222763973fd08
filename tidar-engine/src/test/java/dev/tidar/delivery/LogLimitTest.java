package dev.tidar.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A line that is limited")
class LogLimitTest {

    private static final long MINUTE = 60_000_000_000L;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - MINUTE / 2); // a clock may overflow
    private final LogLimit limit = new LogLimit(nanos::get);
    private final List<String> written = new ArrayList<>();

    private void write(int times) {
        for (int i = 0; i < times; i++) {
            limit.write(more -> written.add("line" + more));
        }
    }

    @Test
    void isWrittenAFewTimesAMinute() {
        write(1_000_000);

        assertThat(written).hasSize(LogLimit.LINES_A_MINUTE).containsOnly("line");
    }

    @Test
    void isWrittenAgainAfterThatMinuteAndSaysHowOftenItWasLeftOut() {
        write(LogLimit.LINES_A_MINUTE + 3);
        nanos.addAndGet(MINUTE);
        written.clear();
        write(2);

        assertThat(written).containsExactly("line (and 3 times more since this was last written)", "line");
    }
}
