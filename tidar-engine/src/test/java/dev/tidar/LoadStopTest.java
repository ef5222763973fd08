package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.decode.TestModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each stage reports itself on the engine thread, where these tests end the engine. */
@DisplayName("A model that is being loaded")
class LoadStopTest {

    private static final Path STORIES = TestModel.folder("models/stories260k-tidar");

    private final List<LoadProgress> progress = new CopyOnWriteArrayList<>();
    private final CompletableFuture<TidarEngine> started = new CompletableFuture<>();

    @ParameterizedTest
    @ValueSource(strings = {"reading the checkpoint", "packing weights", "measuring layouts"})
    void isLoadedNoFurtherThanToTheStageInWhichItsEngineIsClosed(String stage) {
        TidarEngine engine = startAndEndAt(stage, TidarEngine::close);

        assertThatThrownBy(engine::awaitLoaded)
                .isInstanceOf(EngineClosedException.class)
                .hasMessageContaining("at the stage \"%s\"", stage);
        engine.close();
        assertNothingIsLoaded(engine, stage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reading the checkpoint", "packing weights", "measuring layouts"})
    void isLoadedNoFurtherThanToTheStageInWhichItsEngineIsDrained(String stage) {
        TidarEngine engine = startAndEndAt(stage, LoadStopTest::drain);

        assertThatThrownBy(engine::awaitLoaded).isInstanceOf(EngineClosedException.class);
        engine.close();
        assertNothingIsLoaded(engine, stage);
    }

    @Test
    void isGivenBackWhenTheThreadThatWaitsForItIsInterrupted() {
        Thread caller = Thread.currentThread();
        EngineOptions options = EngineOptions.builder(STORIES)
                .threads(1)
                .progress(now -> caller.interrupt())
                .build();

        assertThatThrownBy(() -> TidarEngine.load(options))
                .isInstanceOf(EngineClosedException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    private TidarEngine startAndEndAt(String stage, Consumer<TidarEngine> end) {
        TidarEngine engine = TidarEngine.start(EngineOptions.builder(STORIES)
                .threads(1)
                .progress(now -> {
                    progress.add(now);
                    if (now.stage().equals(stage)) {
                        end.accept(started.join());
                    }
                })
                .build());
        started.complete(engine);
        return engine;
    }

    private void assertNothingIsLoaded(TidarEngine engine, String stage) {
        assertThat(progress).last().extracting(LoadProgress::stage).isEqualTo(stage);
        assertThat(progress.stream().filter(now -> now.stage().equals(stage))).hasSize(1);
        assertThat(engine.status().state()).isEqualTo(EngineState.DEAD);
        assertThat(engine.status().failure()).as("nothing failed").isEmpty();
        assertThat(engine.status().loaded()).isEmpty();
    }

    private static void drain(TidarEngine engine) {
        try {
            engine.drain(Duration.ofMinutes(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
