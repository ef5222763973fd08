package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.ModelFolderFixture.HIDDEN;
import static dev.tidar.checkpoint.ModelFolderFixture.VOCAB;
import static dev.tidar.checkpoint.Rejection.assertRejected;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import dev.tidar.tensor.MatrixSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The weights of a folder are rejected")
class WeightsRejectionTest {

    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    @Nested
    @DisplayName("in shards, when")
    class Shards {

        @Test
        @DisplayName("A25 the last one was cut short: expected and found length are named")
        void cutShort() throws IOException {
            writeShards();
            Path last = folder.resolve(SECOND);
            long whole = Files.size(last);
            byte[] cut = Arrays.copyOf(Files.readAllBytes(last), (int) whole - 10);
            Files.write(last, cut);

            assertRejected(Fault.CORRUPT, this::open, SECOND, "byte " + whole, (whole - 10) + " bytes", "cut short");
        }

        @Test
        @DisplayName("A26 one is missing")
        void missing() throws IOException {
            writeShards();
            Files.delete(folder.resolve(SECOND));

            assertRejected(Fault.INCOMPLETE, this::open, SECOND + " is missing");
        }

        @ParameterizedTest(name = "A27 one is named {0}")
        @ValueSource(
                strings = {"../../etc/passwd", "/etc/passwd", "..", "C:\\\\weights.safetensors", "sub/x.safetensors", ""
                })
        void outside(String name) {
            writeShards();
            writeIndex("\"w\": \"" + name + "\"");

            assertRejected(Fault.CORRUPT, this::open, "plain names");
        }

        @Test
        @DisplayName("A27 one is a symbolic link that leaves the folder")
        void link(@TempDir Path elsewhere) throws IOException {
            writeShards();
            Path target = Files.move(folder.resolve(SECOND), elsewhere.resolve(SECOND));
            Files.createSymbolicLink(folder.resolve(SECOND), target);

            assertRejected(Fault.CORRUPT, this::open, SECOND, "symbolic link");
        }

        @Test
        @DisplayName("A28 one lacks a tensor that the index puts there")
        void lacking() {
            writeShards();
            writeIndex("\"model.norm.weight\": \"" + FIRST + "\", \"" + EMBEDDING + "\": \"" + FIRST + "\"");

            assertRejected(Fault.CORRUPT, this::open, "model.norm.weight", FIRST, "lacks");
        }

        @Test
        @DisplayName("A29 two hold the same tensor")
        void twice() {
            writeShards();
            new SafetensorsBytes()
                    .filled(EMBEDDING, 1, VOCAB, HIDDEN)
                    .filled("b", 1, 1)
                    .write(folder.resolve(SECOND));
            writeIndex("\"" + EMBEDDING + "\": \"" + FIRST + "\", \"b\": \"" + SECOND + "\"");

            assertRejected(Fault.CORRUPT, this::open, EMBEDDING, FIRST, SECOND);
        }

        @Test
        @DisplayName("A34 the index names PyTorch pickles")
        void pickles() {
            writeShards();
            writeIndex("\"w\": \"pytorch_model-00001-of-00002.bin\"");

            assertRejected(Fault.NOT_A_CHECKPOINT, this::open, "pytorch_model-00001-of-00002.bin", "safetensors");
        }

        @ParameterizedTest(name = "the index is {0}")
        @ValueSource(strings = {"{}", "{\"weight_map\": {}}", "{\"weight_map\": {\"w\": 1}}", "{\"weight_map\": []}"})
        void withoutWeightMap(String json) {
            writeShards();
            ModelFolderFixture.in(folder).writeText(INDEX, json);

            assertRejected(Fault.CORRUPT, this::open, INDEX, "weight_map");
        }

        @Test
        @DisplayName("the index is larger than 64 MiB")
        void hugeIndex() throws IOException {
            writeShards();
            setLength(INDEX, (64L << 20) + 1);

            assertRejected(Fault.CORRUPT, this::open, INDEX, "at most 67108864 bytes");
        }

        @Test
        void notWhenAllIsWell() {
            writeShards();
            try (Checkpoint checkpoint = Checkpoint.open(folder, Overrides.none())) {
                assertThat(checkpoint.vector("model.norm.weight", HIDDEN)).containsOnly(3);
                assertThat(checkpoint.has(EMBEDDING)).isTrue();
            }
        }

        @Test
        void notWhenTheyAreLinksOfTheHuggingFaceCache(@TempDir Path cache) throws IOException {
            writeShards();
            Path blobs = Files.createDirectories(cache.resolve("models--a--b/blobs"));
            Path snapshot = Files.createDirectories(cache.resolve("models--a--b/snapshots/0123abc"));
            for (String name : new String[] {"config.json", INDEX, FIRST, SECOND}) {
                Files.move(folder.resolve(name), blobs.resolve(name + ".blob"));
                Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs", name + ".blob"));
            }

            try (Checkpoint checkpoint = Checkpoint.open(snapshot, Overrides.none())) {
                assertThat(checkpoint.vector("model.norm.weight", HIDDEN)).containsOnly(3);
            }
        }

        private void writeShards() {
            ModelFolderFixture.in(folder).writeWithoutWeights();
            new SafetensorsBytes().filled(EMBEDDING, 1, VOCAB, HIDDEN).write(folder.resolve(FIRST));
            new SafetensorsBytes().filled("model.norm.weight", 3, HIDDEN).write(folder.resolve(SECOND));
            writeIndex("\"" + EMBEDDING + "\": \"" + FIRST + "\", \"model.norm.weight\": \"" + SECOND + "\"");
        }

        private void writeIndex(String map) {
            ModelFolderFixture.in(folder).writeText(INDEX, "{\"metadata\": {}, \"weight_map\": {" + map + "}}");
        }

        private void open() {
            Checkpoint.open(folder, Overrides.none()).close();
        }
    }

    @Nested
    @DisplayName("as something else, when they are")
    class SomethingElse {

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "A32 a Git LFS pointer, 'version https://git-lfs.github.com/spec/v1', LFS pointer",
            "A33 an HTML page, '<!DOCTYPE html><html>', HTML",
            "A33 an HTML page behind spaces, '   <html lang=en>', HTML",
            "A34 a pickle, '\u0080\u0002}q\u0001(X\u0004\u0000\u0000', pickle",
            "A34 a zip archive, 'PK\u0003\u0004\u0014\u0000\u0008\u0008', ZIP",
            "A34 a GGUF file, 'GGUF\u0003\u0000\u0000\u0000', GGUF",
            "A34 a gzip archive, '\u001f\u008b\u0008\u0000\u0000\u0000\u0000', gzip"
        })
        void named(String row, String content, String name) throws IOException {
            ModelFolderFixture.in(folder).write();
            Files.write(
                    folder.resolve("model.safetensors"),
                    (content + "\n").repeat(9).getBytes(ISO_8859_1));

            assertRejected(
                    Fault.NOT_A_CHECKPOINT, () -> Checkpoint.open(folder, Overrides.none()), "model.safetensors", name);
        }

        @ParameterizedTest(name = "A34 in a folder with {0} alone")
        @CsvSource({
            "pytorch_model.bin, pickle",
            "model.pt, pickle",
            "model-q8_0.gguf, GGUF",
            "weights.pkl, pickle",
            "tf_model.h5, HDF5"
        })
        void inTheFolder(String fileName, String name) {
            ModelFolderFixture fixture = ModelFolderFixture.in(folder);
            fixture.writeWithoutWeights();
            fixture.writeText(fileName, "x");

            assertRejected(Fault.NOT_A_CHECKPOINT, () -> Checkpoint.open(folder, Overrides.none()), fileName, name);
        }

        @Test
        @DisplayName("A34 one file in place of a folder")
        void aFile() {
            ModelFolderFixture.in(folder).writeText("model.gguf", "GGUF");
            Path file = folder.resolve("model.gguf");

            assertRejected(
                    Fault.NOT_A_CHECKPOINT,
                    () -> Checkpoint.open(file, Overrides.none()),
                    "model.gguf",
                    "must be a folder");
        }

        @Test
        @DisplayName("not there: folder")
        void noFolder() {
            Path none = folder.resolve("none");

            assertRejected(Fault.INCOMPLETE, () -> Checkpoint.open(none, Overrides.none()), "none", "does not exist");
        }

        @Test
        @DisplayName("not there: weights")
        void noWeights() {
            ModelFolderFixture.in(folder).writeWithoutWeights();

            assertRejected(
                    Fault.INCOMPLETE, () -> Checkpoint.open(folder, Overrides.none()), "model.safetensors is missing");
        }
    }

    @Nested
    @DisplayName("while they are read, when")
    class WhileReading {

        @Test
        @DisplayName("A35 the file shrank before a tensor was asked for")
        void shrank() throws IOException {
            try (Checkpoint checkpoint = ModelFolderFixture.in(folder).open()) {
                cut(100);

                assertRejected(
                        Fault.CORRUPT,
                        () -> checkpoint.vector("model.norm.weight", HIDDEN),
                        "must not change",
                        "100 now");
            }
        }

        @Test
        @DisplayName("A35 the file was written again before a tensor was asked for")
        void rewritten() throws IOException {
            try (Checkpoint checkpoint = ModelFolderFixture.in(folder).open()) {
                Path file = folder.resolve("model.safetensors");
                Files.setLastModifiedTime(file, FileTime.fromMillis(0));

                assertRejected(Fault.CORRUPT, () -> checkpoint.vector("model.norm.weight", HIDDEN), "must not change");
            }
        }

        @Test
        @DisplayName("A35 the file shrank under a mapped matrix")
        void shrankUnderTheMapping() throws IOException {
            int rows = 1 << 16;
            var fixture = ModelFolderFixture.in(folder).tensors(t -> t.filled("big", 1, rows, 16));
            try (Checkpoint checkpoint = fixture.open()) {
                MatrixSource matrix = checkpoint.matrix("big", rows, 16);
                readRows(matrix, 0, 1);
                cut(3 << 20);

                assertRejected(Fault.CORRUPT, () -> readRows(matrix, 1, rows), "must not change", "3145728 now");
            }
        }

        @Test
        @DisplayName("A14 a tensor has a type that is known and not supported")
        void unsupportedType() {
            var fixture = ModelFolderFixture.in(folder)
                    .tensors(t -> t.add("f8", "F8_E4M3", new long[] {1, 4}, new byte[4])
                            .add("f4", "F4", new long[] {4}, new byte[2]));
            try (Checkpoint checkpoint = fixture.open()) {
                assertRejected(
                        Fault.UNSUPPORTED, () -> checkpoint.matrix("f8", 1, 4), "f8", "F8_E4M3", "quantization_config");
                assertRejected(
                        Fault.UNSUPPORTED,
                        () -> checkpoint.vector("f4", 4),
                        "f4",
                        "F4",
                        "must have the type F32 or F16 or BF16");
            }
        }

        @ParameterizedTest(name = "A36 a vector holds {0}")
        @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
        void vectorNotFinite(float value) {
            var fixture = ModelFolderFixture.in(folder).tensors(t -> t.f32("v", new long[] {3}, value, 0, value));
            try (Checkpoint checkpoint = fixture.open()) {
                assertRejected(
                        Fault.CORRUPT, () -> checkpoint.vector("v", 3), "tensor v", "2 values", "NaN or infinite");
            }
        }

        @Test
        @DisplayName("A36 a scale is NaN")
        void scaleNotFinite() {
            var fixture = quantized(t -> t.f32("q.weight_scale", new long[] {2, 1}, 1, Float.NaN));
            try (Checkpoint checkpoint = fixture.open()) {
                assertRejected(Fault.CORRUPT, () -> checkpoint.matrix("q.weight", 2, 2), "q.weight_scale", "1 values");
            }
        }

        @Test
        @DisplayName("A36 the scan finds a matrix that is not finite")
        void matrixNotFinite() {
            var fixture = ModelFolderFixture.in(folder)
                    .tensors(t -> t.f32("m", new long[] {2, 2}, 0, Float.NaN, Float.NaN, Float.NEGATIVE_INFINITY));
            try (Checkpoint checkpoint = fixture.open()) {
                assertRejected(Fault.CORRUPT, checkpoint::requireFinite, "tensor m", "3 values");
            }
        }

        @Test
        void notByTheScanWhenAllIsFinite() {
            try (Checkpoint checkpoint = ModelFolderFixture.in(folder).open()) {
                checkpoint.requireFinite();
            }
        }
    }

    @Nested
    @DisplayName("in int8, when")
    class Int8 {

        @Test
        void aMatrixHasNoScales() {
            try (Checkpoint checkpoint = quantized(t -> {}).open()) {
                assertRejected(
                        Fault.INCOMPLETE, () -> checkpoint.matrix("q.weight", 2, 2), "q.weight", "q.weight_scale");
            }
        }

        @Test
        void aMatrixHasScalesOfGroups() {
            try (Checkpoint checkpoint =
                    quantized(t -> t.filled("q.weight_scale", 1, 2, 2)).open()) {
                assertRejected(
                        Fault.CORRUPT, () -> checkpoint.matrix("q.weight", 2, 2), "q.weight_scale", "[2, 1]", "[2, 2]");
            }
        }

        @Test
        void configJsonDoesNotSayThatItIsQuantized() {
            var fixture = quantized(t -> t.filled("q.weight_scale", 1, 2, 1)).without("quantization_config");
            try (Checkpoint checkpoint = fixture.open()) {
                assertRejected(
                        Fault.UNSUPPORTED,
                        () -> checkpoint.matrix("q.weight", 2, 2),
                        "q.weight is I8",
                        "quantization_config");
            }
        }

        @Test
        void aVectorIsInt8() {
            var fixture = quantized(t -> t.add("v", "I8", new long[] {2}, new byte[2]));
            try (Checkpoint checkpoint = fixture.open()) {
                assertRejected(Fault.UNSUPPORTED, () -> checkpoint.vector("v", 2), "tensor v", "I8");
            }
        }
    }

    private ModelFolderFixture quantized(Consumer<SafetensorsBytes> change) {
        return ModelFolderFixture.in(folder)
                .json("quantization_config", QuantizationFixture.INT8)
                .tensors(t -> t.add("q.weight", "I8", new long[] {2, 2}, new byte[4]))
                .tensors(change);
    }

    private void cut(long length) throws IOException {
        setLength("model.safetensors", length);
    }

    private void setLength(String name, long length) throws IOException {
        try (var file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.setLength(length);
        }
    }

    private static void readRows(MatrixSource matrix, int from, int to) {
        float[] row = new float[matrix.columns()];
        for (int r = from; r < to; r++) {
            matrix.readRow(r, row);
        }
    }
}
