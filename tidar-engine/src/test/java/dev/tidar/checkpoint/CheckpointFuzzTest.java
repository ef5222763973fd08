package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.ModelFolderFixture.HIDDEN;
import static dev.tidar.checkpoint.ModelFolderFixture.VOCAB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tidar.api.InvalidModelException;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A folder with damaged bytes")
class CheckpointFuzzTest {

    private static final int MUTATIONS = 500;
    private static final List<String> FILES = List.of(
            "config.json",
            "generation_config.json",
            "model.safetensors",
            "draft_adapter/adapter_config.json",
            "draft_adapter/adapter_model.safetensors");

    @TempDir
    Path folder;

    @ParameterizedTest(name = "either opens or is rejected with the one exception type (seed {0})")
    @ValueSource(longs = {1, 2, 3, 4})
    void opensOrIsRejected(long seed) {
        writeGoodFolder();
        int rejected = assertTimeoutPreemptively(Duration.ofMinutes(2), () -> mutate(new SplittableRandom(seed)));

        assertThat(rejected)
                .as("mutations that were noticed, of %d", MUTATIONS)
                .isBetween(MUTATIONS / 4, MUTATIONS - 1);
    }

    private int mutate(SplittableRandom random) throws IOException {
        int rejected = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            Path file = folder.resolve(FILES.get(random.nextInt(FILES.size())));
            byte[] good = Files.readAllBytes(file);
            Files.write(file, damaged(good, random));
            try {
                openAndRead();
            } catch (InvalidModelException e) {
                rejected++;
                assertThat(e.getMessage()).matches("\\P{Cntrl}*").hasSizeLessThan(2000);
            } catch (RuntimeException e) {
                fail("mutation %d of %s".formatted(i, file), e);
            }
            Files.write(file, good);
        }
        return rejected;
    }

    private void openAndRead() {
        try (Checkpoint checkpoint = Checkpoint.open(folder, Overrides.none())) {
            float[] row = new float[HIDDEN];
            checkpoint.matrix("model.embed_tokens.weight", VOCAB, HIDDEN).readRow(VOCAB - 1, row);
            checkpoint.vector("model.norm.weight", HIDDEN);
            checkpoint.draftAdapter().orElseThrow().forMatrix("model.layers.0.self_attn.q_proj.weight", HIDDEN, HIDDEN);
            checkpoint.unusedNames();
            checkpoint.parameters();
        }
    }

    /**
     * Bytes replaced, most of them in the first part where the structure is, or the file cut, or a piece of it
     * repeated.
     */
    private static byte[] damaged(byte[] good, SplittableRandom random) {
        byte[] bytes = good.clone();
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            case 1 -> {
                int from = random.nextInt(bytes.length);
                int length = random.nextInt(bytes.length - from);
                System.arraycopy(good, from, bytes, random.nextInt(bytes.length - length), length);
            }
            default -> {
                int structure = Math.min(bytes.length, 1500);
                for (int i = random.nextInt(1, 4); i > 0; i--) {
                    bytes[random.nextInt(structure)] = (byte) random.nextInt(256);
                }
            }
        }
        return bytes;
    }

    private void writeGoodFolder() {
        ModelFolderFixture fixture =
                ModelFolderFixture.in(folder).generation("{\"eos_token_id\": [2, 0], \"do_sample\": false}");
        fixture.writeText(
                "draft_adapter/adapter_config.json",
                "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"target_modules\": [\"q_proj\"]}");
        String module = "base_model.model.model.layers.0.self_attn.q_proj.";
        new SafetensorsBytes()
                .filled(module + "lora_A.weight", 0.5f, 2, HIDDEN)
                .filled(module + "lora_B.weight", 0.25f, HIDDEN, 2)
                .write(folder.resolve("draft_adapter/adapter_model.safetensors"));
        fixture.write();
    }
}
