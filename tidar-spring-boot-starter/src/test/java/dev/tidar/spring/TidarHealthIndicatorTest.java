package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.EngineState;
import dev.tidar.api.Limits;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.health.contributor.Status;

@DisplayName("Health")
class TidarHealthIndicatorTest {

    @ParameterizedTest
    @CsvSource({"READY, UP", "DEGRADED, UP", "LOADING, OUT_OF_SERVICE", "DRAINING, OUT_OF_SERVICE", "DEAD, DOWN"})
    void followsTheStateOfTheEngine(EngineState state, String status) {
        var health = new TidarHealthIndicator(() -> Optional.of(Statuses.of(state))).health();

        assertThat(health.getStatus().getCode()).isEqualTo(status);
        assertThat(health.getDetails()).containsEntry("state", state.name());
    }

    @Test
    void isOutOfServiceWhileRequestsWaitAndNoStepEnds() {
        var stalled =
                Statuses.of(EngineState.READY, Limits.DEFAULT.stallWarning().plusMillis(1));

        var health = new TidarHealthIndicator(() -> Optional.of(stalled)).health();

        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.getDetails())
                .containsEntry("millisSinceStep", 30_001L)
                .containsEntry("reason", "no step has ended for 30001 ms while requests wait; the device may hang");
    }

    @Test
    void isUpWhileAStepTakesNoLongerThanTheWarning() {
        var slow = Statuses.of(EngineState.READY, Limits.DEFAULT.stallWarning());

        var health = new TidarHealthIndicator(() -> Optional.of(slow)).health();

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).doesNotContainKey("reason");
    }

    @Test
    void isDownAndNotOutOfServiceOnceAStalledEngineIsGivenUp() {
        var dead = Statuses.of(EngineState.DEAD, Limits.DEFAULT.stallLimit().plusSeconds(1));

        assertThat(new TidarHealthIndicator(() -> Optional.of(dead)).health().getStatus())
                .isEqualTo(Status.DOWN);
    }

    @Test
    void showsTheKernelsTheLayoutAndWhatTheEngineFellBackTo() {
        var degraded =
                Statuses.of(EngineState.DEGRADED, List.of("plain kernels: add --add-modules jdk.incubator.vector"));

        var health = new TidarHealthIndicator(() -> Optional.of(degraded)).health();

        assertThat(health.getDetails())
                .containsEntry("model", "tiny")
                .containsEntry("device", "cpu, 2 threads")
                .containsEntry("deviceReason", "the options ask for the CPU")
                .containsEntry("backend", "plain")
                .containsEntry("layout", "autoregressive")
                .containsEntry("layoutReason", "it is the fastest here")
                .containsEntry("degradations", List.of("plain kernels: add --add-modules jdk.incubator.vector"));
    }

    @Test
    void showsTheQueueAndTheMemoryForKeysAndValues() {
        var health = new TidarHealthIndicator(() -> Optional.of(Statuses.of(EngineState.READY))).health();

        assertThat(health.getDetails())
                .containsEntry("queued", 3)
                .containsEntry("running", 1)
                .containsEntry("kvBytes", 4096L)
                .containsEntry("kvFreeBytes", 1024L)
                .containsEntry("kvCachedBytes", 2048L)
                .doesNotContainKeys("loading", "loadingPercent", "failure");
    }

    @Test
    void showsHowFarLoadingHasComeBeforeThereIsAModel() {
        var health = new TidarHealthIndicator(
                        () -> Optional.of(Statuses.withoutModel(EngineState.LOADING, Optional.empty())))
                .health();

        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.getDetails())
                .containsEntry("model", "tiny")
                .containsEntry("loading", "packing weights")
                .containsEntry("loadingPercent", 46L)
                .doesNotContainKey("device");
    }

    @Test
    void saysWhyAnEngineIsDeadThatNeverHadAModel() {
        var health = new TidarHealthIndicator(() ->
                        Optional.of(Statuses.withoutModel(EngineState.DEAD, Optional.of("config.json is missing"))))
                .health();

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("failure", "config.json is missing")
                .doesNotContainKey("loading");
    }

    @ParameterizedTest
    @EnumSource
    void hasNoDegradationsToShowWhenThereAreNone(EngineState state) {
        var health = new TidarHealthIndicator(() -> Optional.of(Statuses.of(state))).health();

        assertThat(health.getDetails()).doesNotContainKey("degradations");
    }

    @Test
    void isUnknownWhereNothingHasAskedForAnEngine() {
        var health = new TidarHealthIndicator(Optional::empty).health();

        assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(health.getDetails()).containsOnlyKeys("reason");
    }
}
