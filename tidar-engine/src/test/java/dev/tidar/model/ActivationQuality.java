package dev.tidar.model;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.CpuKernels;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.step.StepRows;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What rounding activations to int8 costs a model: perplexity of texts in windows of 256 tokens, and how often the most
 * likely next token stays the same. Arguments: the folder of the model, the number of windows of each text, then text
 * files.
 */
public final class ActivationQuality {

    private static final int WINDOW = 256;
    private static final int BLOCK_TOKENS = 16;
    private static final int ROWS_OF_LOGITS = 64;

    private ActivationQuality() {}

    public static void main(String[] arguments) throws IOException {
        Path model = Path.of(arguments[0]);
        int windows = Integer.parseInt(arguments[1]);
        Tokenizer tokenizer = Tokenizer.load(model).orElseThrow();
        System.out.println("| text | tokens | perplexity, float | int8 | change | same top token |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        try (Network exact = new Network(model, Activations.FLOAT);
                Network rounded = new Network(model, Activations.INT8)) {
            Sum all = new Sum();
            for (String file : Arrays.asList(arguments).subList(2, arguments.length)) {
                Sum sum = new Sum();
                int[] tokens = tokenizer.encode(Files.readString(Path.of(file)));
                for (int i = 0; i < windows && (i + 1) * WINDOW <= tokens.length; i++) {
                    sum.add(exact, rounded, Arrays.copyOfRange(tokens, i * WINDOW, (i + 1) * WINDOW));
                }
                sum.print(Path.of(file).getFileName().toString());
                all.add(sum);
            }
            all.print("all");
        }
    }

    /** A network and its KV memory, on native kernels. */
    private static final class Network implements AutoCloseable {
        private final Backend backend;
        private final TidarTransformer transformer;

        Network(Path model, Activations activations) {
            backend = CpuKernels.NATIVE.backend(
                    WeightFormat.AUTO, activations, Runtime.getRuntime().availableProcessors());
            try (Checkpoint checkpoint = Checkpoint.open(model, Overrides.none())) {
                var config = checkpoint.config();
                var geometry = new KvGeometry(
                        config.numLayers(), config.numKvHeads(), config.headDim(), BLOCK_TOKENS, DType.F32);
                var kv = backend.allocateKv(geometry, WINDOW / BLOCK_TOKENS);
                transformer = TidarModelLoader.load(checkpoint, backend, kv, WINDOW, WINDOW, part -> {});
            }
        }

        /** Logits of each token of a window, some rows at a time. */
        float[] logits(int[] tokens, int first, int count) {
            var rows = new StepRows.Builder();
            int sequence =
                    rows.sequence(IntStream.range(0, WINDOW / BLOCK_TOKENS).toArray());
            for (int i = first; i < first + count; i++) {
                rows.exact(sequence, tokens[i], i);
            }
            return transformer.logits(rows.build(), IntStream.range(0, count).toArray());
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    /** Losses and agreements over the tokens of texts. */
    private static final class Sum {
        private double exactLoss;
        private double roundedLoss;
        private int same;
        private int count;

        void add(Network exact, Network rounded, int[] tokens) {
            for (int first = 0; first < WINDOW; first += ROWS_OF_LOGITS) {
                float[] a = exact.logits(tokens, first, ROWS_OF_LOGITS);
                float[] b = rounded.logits(tokens, first, ROWS_OF_LOGITS);
                int vocab = a.length / ROWS_OF_LOGITS;
                for (int i = 0; i < ROWS_OF_LOGITS && first + i + 1 < WINDOW; i++) {
                    int next = tokens[first + i + 1];
                    exactLoss += loss(a, i * vocab, vocab, next);
                    roundedLoss += loss(b, i * vocab, vocab, next);
                    same += top(a, i * vocab, vocab) == top(b, i * vocab, vocab) ? 1 : 0;
                    count++;
                }
            }
        }

        void add(Sum other) {
            exactLoss += other.exactLoss;
            roundedLoss += other.roundedLoss;
            same += other.same;
            count += other.count;
        }

        void print(String name) {
            double exact = Math.exp(exactLoss / count);
            double rounded = Math.exp(roundedLoss / count);
            System.out.printf(
                    "| %s | %d | %.3f | %.3f | %+.2f %% | %.3f |%n",
                    name, count, exact, rounded, 100 * (rounded / exact - 1), same / (double) count);
        }

        private static double loss(float[] logits, int from, int vocab, int token) {
            double largest = logits[from + top(logits, from, vocab)];
            double sum = 0;
            for (int i = from; i < from + vocab; i++) {
                sum += Math.exp(logits[i] - largest);
            }
            return largest + Math.log(sum) - logits[from + token];
        }

        private static int top(float[] logits, int from, int vocab) {
            int best = 0;
            for (int i = 1; i < vocab; i++) {
                best = logits[from + i] > logits[from + best] ? i : best;
            }
            return best;
        }
    }
}
