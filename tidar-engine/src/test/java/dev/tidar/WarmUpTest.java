package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus.Totals;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Prompt;
import dev.tidar.api.WarmUp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The warm-up of an engine")
class WarmUpTest {

    private static final String SYSTEM =
            "You tell stories of little dogs, of red balls and of the park in which they play.";
    private static final String FIRST = "warming up, prompt 1 of 2";

    @TempDir
    private static Path directory;

    private static Path folder;

    private final List<LoadProgress> progress = new CopyOnWriteArrayList<>();
    private final CompletableFuture<TidarEngine> started = new CompletableFuture<>();

    @BeforeAll
    static void model() throws IOException {
        folder = directory.resolve("model");
        ChatFolder.write(folder, "");
    }

    @Test
    void leavesTheBeginningOfItsPromptsInThePrefixCache() throws InterruptedException {
        var warmUp = new WarmUp(List.of(SYSTEM), List.of(), 1);
        try (TidarEngine engine = TidarEngine.load(options(warmUp, now -> {}))) {
            assertThat(engine.status().totals()).as("counts requests of users").isEqualTo(Totals.NONE);

            GenerationResult answer = engine.submit(
                            GenerationRequest.builder(new Prompt.Chat(
                                            List.of(ChatMessage.system(SYSTEM), ChatMessage.user("Once"))))
                                    .maxTokens(4)
                                    .build(),
                            GenerationListener.NONE)
                    .await();

            assertThat(answer.stats().cachedTokens()).isGreaterThanOrEqualTo(16);
        }
    }

    @Test
    void isTheLastStageOfLoadingInWhichNoRequestIsTaken() {
        List<EngineState> states = new CopyOnWriteArrayList<>();
        TidarEngine engine = start(new WarmUp(List.of(SYSTEM), List.of("Once upon a time"), 5), now -> {
            if (now.stage().startsWith("warming up")) {
                states.add(started.join().status().state());
                assertThatThrownBy(() -> started.join()
                                .submit(
                                        GenerationRequest.builder(new Prompt.Text("Once"))
                                                .build(),
                                        GenerationListener.NONE))
                        .isInstanceOf(EngineBusyException.class);
            }
        });
        try (engine) {
            engine.awaitLoaded();

            assertThat(states).containsExactly(EngineState.LOADING, EngineState.LOADING);
            assertThat(progress.stream().map(LoadProgress::stage))
                    .endsWith(FIRST, "warming up, prompt 2 of 2", "ready");
            assertThat(progress.stream().map(LoadProgress::done)).isSorted();
        }
    }

    @Test
    void skipsAPromptThatCannotBeServed() throws InterruptedException {
        String tooLong = "a little dog ".repeat(ChatFolder.CONTEXT_LENGTH);
        try (TidarEngine engine =
                TidarEngine.load(options(new WarmUp(List.of(tooLong), List.of("Once"), 2), now -> {}))) {
            assertThat(engine.status().state()).isEqualTo(EngineState.READY);
        }
    }

    @Test
    void endsAtOnceWhenTheEngineIsClosed() {
        TidarEngine engine = start(new WarmUp(List.of(SYSTEM), List.of("Once"), 1000), now -> {
            if (now.stage().equals(FIRST)) {
                started.join().close();
            }
        });

        assertThatThrownBy(engine::awaitLoaded)
                .isInstanceOf(EngineClosedException.class)
                .hasMessageContaining(FIRST);
        engine.close();
        assertThat(progress).last().extracting(LoadProgress::stage).isEqualTo(FIRST);
    }

    private TidarEngine start(WarmUp warmUp, Consumer<LoadProgress> listener) {
        TidarEngine engine = TidarEngine.start(options(warmUp, now -> {
            progress.add(now);
            listener.accept(now);
        }));
        started.complete(engine);
        return engine;
    }

    private static EngineOptions options(WarmUp warmUp, Consumer<LoadProgress> listener) {
        return EngineOptions.builder(folder)
                .threads(1)
                .warmUp(warmUp)
                .progress(listener)
                .build();
    }
}
