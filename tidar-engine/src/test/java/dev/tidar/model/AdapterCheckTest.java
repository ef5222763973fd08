package dev.tidar.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import dev.tidar.decode.TestModel;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The check of a draft adapter")
class AdapterCheckTest {

    private static final Path ADAPTED = TestModel.folder("golden/families/phi3");
    private static final String O_PROJ = "base_model.model.model.layers.1.self_attn.o_proj.";

    @TempDir
    Path folder;

    @Test
    void seesThatItChangesResults() {
        assertThat(acts(ADAPTED)).isTrue();
    }

    @Test
    void seesOneThatWasNeverTrained() throws IOException {
        assertThat(acts(withAdapter(0))).isFalse();
    }

    @Test
    void seesASingleAdaptedLayer() throws IOException {
        assertThat(acts(withAdapter(0.1f))).isTrue();
    }

    private Path withAdapter(float b) throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(ADAPTED.resolve(file), folder.resolve(file));
        }
        Path adapter = Files.createDirectory(folder.resolve("draft_adapter"));
        Files.copy(ADAPTED.resolve("draft_adapter/adapter_config.json"), adapter.resolve("adapter_config.json"));
        new SafetensorsBytes()
                .filled(O_PROJ + "lora_A.weight", 0.1f, 2, 24)
                .filled(O_PROJ + "lora_B.weight", b, 24, 2)
                .write(adapter.resolve("adapter_model.safetensors"));
        return folder;
    }

    private static boolean acts(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model, Overrides.none());
                Backend backend = Backend.onCpu(WeightFormat.F32, 1, KernelChoice.plain())) {
            ModelConfig config = checkpoint.config();
            var geometry = new KvGeometry(config.numLayers(), config.numKvHeads(), config.headDim(), 16, DType.F32);
            return TidarModelLoader.load(checkpoint, backend, backend.allocateKv(geometry, 1), 16, 4, part -> {})
                    .adapterActs();
        }
    }
}
