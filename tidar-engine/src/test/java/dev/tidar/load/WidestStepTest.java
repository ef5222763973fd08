package dev.tidar.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.EngineOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.BackendChoice;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.decode.TestModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The widest step")
class WidestStepTest {

    @ParameterizedTest(name = "on a GPU: {0}")
    @CsvSource({"true, 512", "false, 64"})
    void hasTheChunkOfItsDeviceUnlessOneIsSet(boolean gpu, int chunk) {
        assertThat(widest(gpu, Limits.DEFAULT).prefillChunk()).isEqualTo(chunk);
        assertThat(widest(gpu, Limits.builder().prefillChunk(17).build()).prefillChunk())
                .isEqualTo(17);
    }

    @ParameterizedTest
    @CsvSource({"17", "64"})
    void growsByTheRowsOfTheChunk(int chunk) {
        int without = widest(false, Limits.builder().prefillChunk(1).build()).rows() - 1;

        assertThat(widest(false, Limits.builder().prefillChunk(chunk).build()).rows())
                .isEqualTo(without + chunk);
    }

    private static WidestStep widest(boolean gpu, Limits limits) {
        try (Backend backend = Backend.onCpu(WeightFormat.AUTO, 1);
                Checkpoint checkpoint = Checkpoint.open(TestModel.folder("golden/llama"), Overrides.none())) {
            EngineOptions options =
                    EngineOptions.builder(Path.of("none")).limits(limits).build();
            return WidestStep.of(checkpoint.config(), options, new BackendChoice(backend, gpu, "a test", List.of()));
        }
    }
}
