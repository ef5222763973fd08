package dev.tidar.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A verdict on a soak")
class VerdictTest {

    @Test
    void isFlatWhereReadingsGoUpAndDown() {
        assertThat(threads(10, 10, 10, 12, 8, 12, 8, 10, 8, 12, 8, 12).isFlat()).isTrue();
    }

    @Test
    void isFlatWhereTheyFall() {
        Verdict verdict = threads(20, 20, 18, 16, 14, 12, 10, 8);

        assertThat(verdict.isFlat()).isTrue();
        assertThat(verdict.growth()).isNegative();
    }

    @Test
    void leavesOutTheWarmUp() {
        assertThat(threads(1, 50, 100, 100, 100, 100, 100, 100, 100, 100).growth())
                .isCloseTo(0, within());
    }

    @Test
    void growsWhereTheLineRisesByMoreThanIsAllowed() {
        Verdict verdict = threads(10, 10, 10, 11, 12, 13, 14, 15);

        assertThat(verdict.growth()).isCloseTo(5, within());
        assertThat(verdict.isFlat()).isFalse();
        assertThat(verdict.toString()).contains("threads", "mean       12.5", "+5.0", "GROWS");
    }

    @Test
    void isFlatForOneReading() {
        assertThat(threads(7).isFlat()).isTrue();
    }

    @Test
    void allowsAShareOfTheMeanOrTheLeast() {
        List<Reading> growing = readings(98, 98, 98, 100, 102);

        assertThat(Verdict.of("threads", growing, Reading::threads, 0.05, 1).isFlat())
                .isTrue();
        assertThat(Verdict.of("threads", growing, Reading::threads, 0.01, 5).isFlat())
                .isTrue();
        assertThat(Verdict.of("threads", growing, Reading::threads, 0.01, 1).isFlat())
                .isFalse();
    }

    private static org.assertj.core.data.Offset<Double> within() {
        return org.assertj.core.api.Assertions.within(1e-9);
    }

    private static Verdict threads(int... counts) {
        return Verdict.of("threads", readings(counts), Reading::threads, 0, 1);
    }

    /** One reading each ten seconds. */
    private static List<Reading> readings(int... threads) {
        return IntStream.range(0, threads.length)
                .mapToObj(i -> new Reading(10 * i, 0, 0, threads[i], 0, 0, 0, 0))
                .toList();
    }
}
