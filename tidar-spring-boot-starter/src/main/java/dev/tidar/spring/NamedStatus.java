package dev.tidar.spring;

import dev.tidar.api.EngineActivity;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import java.util.Optional;

/** The status of an engine under the name that the application gives its model. */
final class NamedStatus {

    private NamedStatus() {}

    static EngineStatus of(String name, EngineStatus status) {
        return new EngineStatus(
                status.state(),
                name,
                status.loading(),
                status.loaded(),
                status.queued(),
                status.running(),
                status.totals(),
                status.activity(),
                status.failure());
    }

    /**
     * While there is no engine.
     *
     * @param failure why the last one could not be loaded or has died; empty if it is only unloaded
     */
    static EngineStatus unloaded(String name, Optional<String> failure) {
        return new EngineStatus(
                failure.isPresent() ? EngineState.DEAD : EngineState.UNLOADED,
                name,
                new LoadProgress("not loaded", 0),
                Optional.empty(),
                0,
                0,
                EngineStatus.Totals.NONE,
                EngineActivity.NONE,
                failure);
    }
}
