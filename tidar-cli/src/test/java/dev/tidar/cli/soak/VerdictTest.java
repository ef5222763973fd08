package dev.tidar.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A verdict on a soak")
class VerdictTest {

    @Test
    void isFlatWhereTheLastQuarterIsNoHigherThanTheFirst() {
        assertThat(threads(10, 10, 90, 90, 90, 90, 10, 10).isFlat()).isTrue();
    }

    @Test
    void isFlatWhereItFalls() {
        assertThat(threads(20, 20, 10, 10).isFlat()).isTrue();
    }

    @Test
    void growsWhereTheLastQuarterExceedsWhatIsAllowed() {
        Verdict verdict = threads(10, 10, 10, 10, 12, 12, 12, 12);

        assertThat(verdict.isFlat()).isFalse();
        assertThat(verdict.toString()).contains("threads", "10.0", "12.0", "GROWS");
    }

    @Test
    void allowsAShareOfTheFirstQuarterOrTheLeast() {
        List<Reading> growing = readings(100, 100, 104, 104);

        assertThat(Verdict.of("threads", growing, Reading::threads, 0.05, 1).isFlat())
                .isTrue();
        assertThat(Verdict.of("threads", growing, Reading::threads, 0.01, 5).isFlat())
                .isTrue();
        assertThat(Verdict.of("threads", growing, Reading::threads, 0.01, 1).isFlat())
                .isFalse();
    }

    private static Verdict threads(int... counts) {
        return Verdict.of("threads", readings(counts), Reading::threads, 0, 1);
    }

    private static List<Reading> readings(int... threads) {
        return IntStream.of(threads)
                .mapToObj(count -> new Reading(0, 0, 0, count, 0, 0, 0, 0))
                .toList();
    }
}
