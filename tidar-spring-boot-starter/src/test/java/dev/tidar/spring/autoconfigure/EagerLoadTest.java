package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.api.EngineClosedException;
import dev.tidar.spring.StoriesModel;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@DisplayName("A model that is loaded before the application has started")
class EagerLoadTest {

    @Test
    void isLoadedNoFurtherWhenTheStartIsInterrupted(@TempDir Path directory) throws InterruptedException {
        var application = new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(TidarEngineAutoConfiguration.class, TidarChatAutoConfiguration.class))
                .withPropertyValues("tidar.model=" + StoriesModel.in(directory), "tidar.threads=1");
        var failure = new Throwable[1];
        try (var loading = new HeldLoad()) {
            var start = new Thread(() -> application.run(context -> failure[0] = context.getStartupFailure()));
            start.start();
            loading.awaitBegin();

            start.interrupt();
            await().until(() -> start.getState() == Thread.State.WAITING && !start.isInterrupted());
            loading.goOn();
            start.join();
        }

        assertThat(failure[0]).hasRootCauseInstanceOf(EngineClosedException.class);
        assertThat(new EngineClosedFailureAnalyzer().analyze(failure[0])).satisfies(analysis -> {
            assertThat(analysis.getDescription()).contains("ended before it had started", "interrupted");
            assertThat(analysis.getAction()).contains("tidar.load-mode=background");
        });
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("tidar-engine")));
    }
}
