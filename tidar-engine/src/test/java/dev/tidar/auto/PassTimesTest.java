package dev.tidar.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.tidar.api.EngineStatus.PassTime;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The time of a forward")
class PassTimesTest {

    private static final Offset<Double> EXACT = within(1e-6);

    private final PassTimes times = new PassTimes(Map.of(1, 100L, 4, 160L, 8, 400L), 10);

    @Nested
    class ByItsDecodeRows {

        @Test
        void isWhatWasMeasured() {
            assertThat(times.nanos(1)).isEqualTo(100, EXACT);
            assertThat(times.nanos(4)).isEqualTo(160, EXACT);
            assertThat(times.nanos(8)).isEqualTo(400, EXACT);
        }

        @Test
        void isReportedInMilliseconds() {
            PassTimes slow = new PassTimes(Map.of(1, 20_000_000L, 8, 30_000_000L), 500_000);

            assertThat(slow.report().byRows()).containsExactly(new PassTime(1, 20), new PassTime(8, 30));
            assertThat(slow.report().promptRowMillis()).isEqualTo(0.5, EXACT);
        }

        @Test
        void liesBetweenWhatWasMeasured() {
            assertThat(times.nanos(2)).isEqualTo(120, EXACT);
            assertThat(times.nanos(6)).isEqualTo(280, EXACT);
        }

        @Test
        void goesOnAsBeforeBeyondTheLastMeasurement() {
            assertThat(times.nanos(12)).isEqualTo(640, EXACT);
        }

        @Test
        void isThatOfEachAloneWhereOnlyOneRowWasMeasured() {
            assertThat(new PassTimes(Map.of(1, 100L), 10).nanos(3)).isEqualTo(300, EXACT);
        }

        @Test
        void neverFallsWithMoreRows() {
            PassTimes noisy = new PassTimes(Map.of(1, 100L, 2, 90L, 4, 150L), 10);

            assertThat(noisy.nanos(2)).isEqualTo(100, EXACT);
        }

        @Test
        void canBeAskedTheOtherWayRound() {
            for (double rows = 1; rows < 20; rows += 0.5) {
                assertThat(times.rowsFor(times.nanos(rows))).isEqualTo(rows, within(0.02));
            }
        }

        @Test
        void isUnknownWithoutTheTimeOfOneRow() {
            assertThatIllegalArgumentException().isThrownBy(() -> new PassTimes(Map.of(2, 100L), 10));
            assertThatIllegalArgumentException().isThrownBy(() -> new PassTimes(Map.of(), 10));
        }
    }

    @Nested
    class FollowsWhatIsObserved {

        @Test
        void atTheRowsThatWereSeen() {
            for (int i = 0; i < 200; i++) {
                times.observe(4, 0, 240);
            }
            assertThat(times.nanos(4)).isCloseTo(240, Percentage.withPercentage(1));
            assertThat(times.nanos(1)).isEqualTo(100, EXACT);
        }

        @Test
        void forPromptRowsApart() {
            for (int i = 0; i < 200; i++) {
                times.observe(1, 20, 100 + 20 * 30);
            }
            assertThat(times.promptRowNanos()).isCloseTo(30, Percentage.withPercentage(1));
            assertThat(times.nanos(1)).isEqualTo(100, EXACT);
        }

        @Test
        void butAPauseCountsAsNoMoreThanTwiceTheTime() {
            times.observe(1, 0, 1_000_000_000);

            assertThat(times.nanos(1)).isLessThan(107);
        }

        @ParameterizedTest(name = "seed {0}")
        @ValueSource(longs = {1, 2, 3})
        void andStaysPositiveAndInOrderWhateverIsSeen(long seed) {
            var random = new SplittableRandom(seed);
            for (int i = 0; i < 5000; i++) {
                times.observe(random.nextInt(1, 20), random.nextInt(3) * 8, random.nextLong(2_000));

                assertThat(times.promptRowNanos()).isPositive().isFinite();
                assertThat(times.nanos(1)).isPositive();
                for (int rows = 2; rows < 20; rows++) {
                    assertThat(times.nanos(rows)).isGreaterThanOrEqualTo(times.nanos(rows - 1));
                }
            }
        }
    }
}
