package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import dev.tidar.TidarEngine;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.EngineStatus.MemoryStatus;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.WeightFormat;
import dev.tidar.spring.OnDemandEngine;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarChatOptions;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The fingerprint of a system")
class ServedModelTest {

    @Test
    void isTheSameForTheSameWeightsAndKernels() {
        assertThat(fingerprint("0123", WeightFormat.BF16, "plain"))
                .matches("fp_[0-9a-f]{10}")
                .isEqualTo(fingerprint("0123", WeightFormat.BF16, "plain"));
    }

    @Test
    void changesWithTheWeightsTheirFormAndTheKernels() {
        assertThat(List.of(
                        fingerprint("0123", WeightFormat.BF16, "plain"),
                        fingerprint("4567", WeightFormat.BF16, "plain"),
                        fingerprint("0123", WeightFormat.INT8, "plain"),
                        fingerprint("0123", WeightFormat.BF16, "vector-512")))
                .doesNotHaveDuplicates();
    }

    @Test
    void staysWhenTheEngineIsUnloaded(@TempDir Path directory) {
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

    private static String fingerprint(String ofModel, WeightFormat weights, String backend) {
        var facts = new ModelFacts(
                "any",
                "llama",
                1,
                weights,
                Optional.empty(),
                8,
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                false,
                true,
                "",
                ofModel);
        var loaded = new Loaded(
                facts,
                Optional.empty(),
                "cpu",
                "the options ask for the CPU",
                backend,
                Decoding.AUTO,
                new LayoutReport("autoregressive", "no mask token", List.of(), true),
                List.of(),
                new MemoryStatus("the Java heap", 0, 0, 0, 0, "f32", 0),
                new KvStatus(0, 0, 0, 0, 0));
        EngineStatus status = mock(EngineStatus.class);
        given(status.loaded()).willReturn(Optional.of(loaded));
        TidarEngine engine = mock(TidarEngine.class);
        given(engine.status()).willReturn(status);
        return new ServedModel(new TidarChatModel(engine), Instant.EPOCH).fingerprint();
    }
}
