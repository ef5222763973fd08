package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Device;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import dev.tidar.api.WeightFormat;
import dev.tidar.decode.TestModel;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An engine on a quantised folder")
class QuantizedEngineTest {

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    phi3-awq                | AUTO | INT8 | AWQ int4, groups of 8
                    qwen3-fp8-tensor-static | AUTO | BF16 | compressed-tensors FP8, a scale for each matrix
                    phi3-gptq-by-activation | BF16 | BF16 | GPTQ int4, groups of 8 by activation
                    """)
    void saysHowItIsStoredAndHowItIsPackedAndAnswers(
            String folder, WeightFormat wanted, WeightFormat packed, String stored) throws InterruptedException {
        EngineOptions options = EngineOptions.builder(TestModel.folder("golden/quantized/" + folder))
                .device(Device.CPU)
                .threads(1)
                .weights(wanted)
                .build();
        try (TidarEngine engine = TidarEngine.load(options)) {
            Loaded loaded = engine.status().loaded().orElseThrow();
            List<Integer> tokens = engine.submit(
                            GenerationRequest.builder(new Prompt.Tokens(
                                            IntStream.range(3, 20).boxed().toList()))
                                    .maxTokens(8)
                                    .build(),
                            GenerationListener.NONE)
                    .await()
                    .tokens();

            assertThat(loaded.model().storedAs()).contains(stored);
            assertThat(loaded.model().weights()).isEqualTo(packed);
            assertThat(tokens).isNotEmpty();
        }
    }
}
