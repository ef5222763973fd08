package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Device;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.api.Sampling;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.decode.TestModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EmulatedGpuTest
@DisplayName("Serving on the emulated GPU")
class CudaServingTest {

    @ParameterizedTest(name = "{0} weights, {1}")
    @CsvSource({"F32, SINGLE_PASS", "F32, TWO_PASS", "INT8, SINGLE_PASS"})
    void givesEachRequestItsTokensWhateverRunsBesideItAndWhatIsCached(WeightFormat weights, DecodeMode mode)
            throws InterruptedException {
        AtomicLong seconds = new AtomicLong();
        EngineOptions options = EngineOptions.builder(TestModel.folder("models/stories260k-tidar"))
                .device(Device.CUDA)
                .weights(weights)
                .contextLength(128)
                .decoding(Decoding.AUTO.withDraftLength(2)) // measured at load: few rows, little time
                .limits(Limits.builder()
                        .maxRunning(3)
                        .maxQueueWait(Duration.ofDays(365)) // the clock runs fast
                        .build())
                .build();
        try (TidarEngine engine =
                TidarEngine.load(options, () -> seconds.getAndIncrement() * 1_000_000_000, network -> network)) {
            List<List<Integer>> alone = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                alone.add(submit(engine, i, mode).await().tokens());
            }

            assertThat(together(engine, mode))
                    .as("beside each other, prompts cached")
                    .isEqualTo(alone);
            assertThat(engine.status().kv().blockHits()).isPositive();
        }
    }

    private static List<List<Integer>> together(TidarEngine engine, DecodeMode mode) throws InterruptedException {
        List<Generation> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            running.add(submit(engine, i, mode));
        }
        List<List<Integer>> tokens = new ArrayList<>();
        for (Generation generation : running) {
            tokens.add(generation.await().tokens());
        }
        return tokens;
    }

    /** Prompts of different lengths that begin alike; the second one at temperature, the third with a filter. */
    private static Generation submit(TidarEngine engine, int index, DecodeMode mode) {
        List<Integer> prompt = IntStream.range(0, 34 + 5 * index)
                .map(i -> 259 + i * 7 % 200)
                .boxed()
                .toList();
        GenerationRequest.Builder request = GenerationRequest.builder(new Prompt.Tokens(prompt))
                .maxTokens(20)
                .ignoreStopIds(true)
                .decoding(Decoding.of(mode).withDraftLength(4));
        if (index == 1) {
            request.temperature(0.9).seed(index);
        }
        if (index == 2) {
            request.sampling(Sampling.builder()
                    .temperature(0.9)
                    .seed(index)
                    .topK(40)
                    .presencePenalty(0.5)
                    .build());
        }
        return engine.submit(request.build(), GenerationListener.NONE);
    }
}
