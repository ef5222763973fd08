package dev.tidar.benchmark;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.text.tokenizer.PromptText;
import dev.tidar.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code java -jar benchmarks/target/jmh/tidar-jmh.jar TokenizerBenchmark -p folder=DIR}, where the folder has a tokenizer.json.
 *
 * <p>Time to encode a text on one thread, ours and the Hugging Face library's, in milliseconds. The texts are the repository's
 * own sources and documents (about 2 MB; run it at the root of the repository), words of random letters, of which no cache
 * knows any, and 500,000 letters without a space, random and all the same.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-DRUST_FLAVOR=cpu", "-DOPT_OUT_TRACKING=true"})
public class TokenizerBenchmark {

    private static final int LONG_WORD = 500_000;

    @Param("sample-app/src/main/resources/models/smollm2-135m-instruct-tidar")
    public String folder = "";

    @Param({"sources", "random words", "one long word", "one letter"})
    public String text = "";

    private String chosen = "";
    private Tokenizer ours;
    private HuggingFaceTokenizer library;

    @Setup
    public void open() throws IOException {
        ours = Tokenizer.load(Path.of(folder)).orElseThrow();
        library = HuggingFaceTokenizer.newInstance(
                Path.of(folder, "tokenizer.json"),
                Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        chosen = switch (text) {
            case "sources" -> sources();
            case "random words" -> random(LONG_WORD, " ");
            case "one long word" -> random(LONG_WORD, "");
            default -> "a".repeat(LONG_WORD);
        };
        System.out.printf("%n%d characters, %d bytes%n", chosen.length(), chosen.getBytes(StandardCharsets.UTF_8).length);
    }

    @TearDown
    public void close() {
        library.close();
    }

    @Benchmark
    public int[] ours() {
        return ours.encode(PromptText.trusted(chosen));
    }

    @Benchmark
    public long[] library() {
        return library.encode(chosen, false, false).getIds();
    }

    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        try (var files = Files.walk(Path.of(""))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.toString().matches("(docs|tidar-engine/src/main|sample-app/src/main/java).*\\.(java|md)")) {
                    all.append(Files.readString(file));
                }
            }
        }
        return all.toString();
    }

    private static String random(int length, String between) {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder made = new StringBuilder();
        while (made.length() < length) {
            for (int i = random.nextInt(3, 12); i > 0; i--) {
                made.append((char) random.nextInt('a', 'z' + 1));
            }
            made.append(between);
        }
        return made.toString();
    }
}
