package dev.tidar.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineState;
import dev.tidar.schedule.Lifecycle.Phase;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The life of an engine")
class LifecycleTest {

    private final Lifecycle lifecycle = new Lifecycle();

    @Test
    void beginsWithLoadingAndIsReadyOnceItServes() {
        assertThat(lifecycle.state()).isEqualTo(EngineState.LOADING);

        lifecycle.enter(Phase.SERVING);

        assertThat(lifecycle.state()).isEqualTo(EngineState.READY);
    }

    @Test
    void goesBackToServingAfterReloadingOnly() {
        lifecycle.enter(Phase.SERVING);
        lifecycle.enter(Phase.RELOADING);
        assertThat(lifecycle.state()).isEqualTo(EngineState.LOADING);
        assertThat(lifecycle.phase()).isEqualTo(Phase.RELOADING);

        lifecycle.enter(Phase.SERVING);
        assertThat(lifecycle.state()).isEqualTo(EngineState.READY);

        lifecycle.enter(Phase.DRAINING);
        lifecycle.enter(Phase.SERVING);
        lifecycle.enter(Phase.RELOADING);
        assertThat(lifecycle.state()).isEqualTo(EngineState.DRAINING);
    }

    @Test
    void needsNoModelOnceItEndsBeforeItHasServedAnybody() {
        assertThat(lifecycle.needsNoModel()).isFalse();

        lifecycle.enter(Phase.DRAINING);

        assertThat(lifecycle.needsNoModel()).isTrue();
    }

    @Test
    void needsItsFallbackForTheRequestsThatItIsDrainedOfUntilItIsClosed() {
        lifecycle.enter(Phase.SERVING);
        lifecycle.enter(Phase.RELOADING);
        lifecycle.enter(Phase.DRAINING);
        assertThat(lifecycle.needsNoModel()).isFalse();

        lifecycle.enter(Phase.CLOSED);
        assertThat(lifecycle.needsNoModel()).isTrue();
    }

    @Test
    void staysClosedWhateverEndsAfterwards() {
        lifecycle.enter(Phase.CLOSED);
        lifecycle.enter(Phase.SERVING);
        lifecycle.enter(Phase.DRAINING);

        assertThat(lifecycle.state()).isEqualTo(EngineState.DEAD);
        assertThat(lifecycle.death()).isEmpty();
    }

    @Test
    void isOverWithTheFirstFailureThatNothingOutlives() {
        DeviceException first = new DeviceException("first", null);
        lifecycle.enter(Phase.SERVING);
        lifecycle.die(first);
        lifecycle.die(new DeviceException("second", null));

        assertThat(lifecycle.isOver()).isTrue();
        assertThat(lifecycle.state()).isEqualTo(EngineState.DEAD);
        assertThat(lifecycle.death()).contains(first);
    }
}
