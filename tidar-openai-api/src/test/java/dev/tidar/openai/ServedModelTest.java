package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.spring.OnDemandEngine;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarChatOptions;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A served model")
class ServedModelTest {

    @Test
    void keepsItsFingerprintWhenItsEngineIsUnloaded(@TempDir Path directory) {
        EngineOptions options =
                EngineOptions.builder(StoriesModel.in(directory)).threads(1).build();
        try (var engine = new OnDemandEngine("stories", () -> TidarEngine.start(options), Duration.ofMillis(-1))) {
            var chat = new TidarChatModel(
                    engine, TidarChatOptions.builder().maxTokens(2).build(), ObservationRegistry.NOOP);
            var model = new ServedModel(chat, Instant.EPOCH);
            String before = model.fingerprint();
            chat.call("Once");
            String loaded = model.fingerprint();

            engine.unload();

            assertThat(model.fingerprint()).isEqualTo(loaded).isNotEqualTo(before);
        }
    }
}
