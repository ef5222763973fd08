package dev.tidar.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.EngineOptions;
import dev.tidar.api.NativeKernels;
import dev.tidar.backend.BackendChoice;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.decode.FewerLayers;
import dev.tidar.decode.TestModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The plan of an engine's memory")
class MemoryPlannerTest {

    private static final Path STORIES = TestModel.folder("models/stories260k-tidar");

    @Test
    void holdsTheDraftModelTooWithKeysAndValuesForAsManyTokens(@TempDir Path directory) throws IOException {
        Path smaller = FewerLayers.of(STORIES, 4, directory.resolve("smaller"));
        EngineOptions options = EngineOptions.builder(STORIES)
                .threads(1)
                .nativeKernels(NativeKernels.OFF)
                .build();
        BackendChoice choice = BackendChoice.of(options, Arithmetic.STRICT);
        try (Checkpoint model = Checkpoint.open(STORIES, Overrides.none());
                Checkpoint draft = Checkpoint.open(smaller, Overrides.none())) {
            MemoryPlan alone = plan(options, choice, new Checkpoints(model, Optional.empty()));
            MemoryPlan both = plan(options, choice, new Checkpoints(model, Optional.of(draft)));

            assertThat(both.blocks()).isEqualTo(alone.blocks());
            assertThat(both.need().kvBlock())
                    .as("four layers beside five")
                    .isGreaterThan(alone.need().kvBlock() * 17 / 10);
            assertThat(both.need().weights()).isGreaterThan(alone.need().weights() * 17 / 10);
            assertThat(both.need().activations()).isGreaterThan(alone.need().activations());
        } finally {
            choice.backend().close();
        }
    }

    private static MemoryPlan plan(EngineOptions options, BackendChoice choice, Checkpoints checkpoints) {
        try (MemoryLedger.Entry entry =
                new MemoryPlanner(options, new MemoryLedger()).enter(checkpoints, choice, 100, 40)) {
            return entry.plan();
        }
    }
}
