package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM of its own has the small heap, and encodes texts for which careless code takes the square of their length. */
@DisplayName("A prompt of 524,288 characters is encoded in a heap of 96 MB")
class LongPromptTest {

    private static final int LENGTH = 524_288;

    private static final Map<String, String> PARTS = Map.of(
            "letters", "a",
            "words", "word and ",
            "spaces", " ",
            "line ends", "\n",
            "signs", "=",
            "emoji", "\ud83d\ude00",
            "ideographs", "\u4e2d\u6587",
            "marks out of order", "\u0301\u0316");

    @ParameterizedTest
    @ValueSource(strings = {"smollm2-tokenizer", "qwen3-tokenizer", "stories260k-tidar"})
    void whateverItConsistsOf(String tokenizer) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-Xmx96m", "-cp", System.getProperty("java.class.path"), LongPromptTest.class.getName()));
        command.add(Fixtures.folder(tokenizer).toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();

        List<String> lines = process.inputReader().lines().toList();

        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        assertThat(lines).contains(PARTS.size() + " texts came back");
    }

    public static void main(String[] args) {
        Tokenizer tokenizer = Tokenizer.load(Path.of(args[0])).orElseThrow();
        int same = 0;
        for (Map.Entry<String, String> part : PARTS.entrySet()) {
            String text = part.getValue().repeat(LENGTH / part.getValue().length());
            int[] ids = tokenizer.encode(text);
            same += tokenizer.decode(ids).length() >= LENGTH - 16 ? 1 : 0;
        }
        System.out.println(same + " texts came back");
    }
}
