package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tidar.api.Decoding;
import dev.tidar.api.Device;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineState;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.decode.TestModel;
import dev.tidar.load.EngineLoader;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

@EmulatedGpuTest
@DisplayName("A checkpoint of floats on a GPU")
class CudaFloatsTest {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(EngineLoader.class);

    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void start() {
        logged.start();
        LOGGER.addAppender(logged);
    }

    @AfterEach
    void stop() {
        LOGGER.detachAppender(logged);
    }

    @ParameterizedTest
    @CsvSource({"AUTO, true, cuda-f32-sm80", "F32, false, cuda-f32-sm80"})
    void isComputedInFloatsAndSaysWhatToSetUnlessThatWasAsked(WeightFormat weights, boolean warns, String kernels) {
        AtomicLong seconds = new AtomicLong();
        EngineOptions options = EngineOptions.builder(TestModel.folder("golden/llama"))
                .device(Device.CUDA)
                .weights(weights)
                .contextLength(128)
                .decoding(Decoding.AUTO.withDraftLength(2))
                .build();
        try (TidarEngine engine =
                TidarEngine.load(options, () -> seconds.getAndIncrement() * 1_000_000_000, network -> network)) {
            assertThat(engine.status().state()).isEqualTo(EngineState.READY);
            assertThat(engine.status().backend()).isEqualTo(kernels);
        }
        List<String> lines =
                logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertThat(lines.stream().anyMatch(line -> line.contains("set the weight format to bf16")))
                .isEqualTo(warns);
        assertThat(lines).anyMatch(line -> line.contains(kernels + " kernels"));
    }
}
