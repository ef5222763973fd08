package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.TokenText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayName("A tokenizer")
class TokenizerTest {

    private static final Tokenizer SMOLLM2 = Fixtures.load("smollm2-tokenizer");

    @TempDir
    private Path folder;

    @Test
    void isAbsentWhereTheFolderHasNone() {
        assertThat(Tokenizer.load(folder)).isEmpty();
    }

    @Test
    void hasTheSizeOfItsHighestIdAddedTokensIncluded() {
        Tokenizer qwen3 = Fixtures.load("qwen3-tokenizer");
        Tokenizer stories = Fixtures.load("stories260k-tidar");
        assertThat(SMOLLM2.size()).isEqualTo(49_152);
        assertThat(qwen3.size()).isEqualTo(151_669);
        assertThat(stories.size()).isEqualTo(513);
    }

    @Test
    void knowsItsTokensByTheirSpelling() {
        Tokenizer stories = Fixtures.load("stories260k-tidar");
        assertThat(stories.idOf("<mask>")).hasValue(512);
        assertThat(stories.idOf("\u2581the")).hasValue(265);
        assertThat(stories.idOf("no such token")).isEmpty();
    }

    @Test
    void saysWhatATokenStandsFor() {
        Tokenizer stories = Fixtures.load("stories260k-tidar");
        int wholeWord = stories.idOf("\u2581the").orElseThrow();
        int halfCharacter = stories.idOf("<0xC3>").orElseThrow();
        int control = stories.idOf("</s>").orElseThrow();

        assertThat(stories.token(wholeWord)).hasValue(new TokenText(" the", List.of(32, 116, 104, 101)));
        assertThat(stories.token(halfCharacter)).hasValue(new TokenText("\uFFFD", List.of(0xC3)));
        assertThat(stories.token(control)).hasValue(new TokenText("</s>", List.of()));
        assertThat(stories.token(stories.size())).isEmpty();
        assertThat(stories.token(-1)).isEmpty();
    }

    @Test
    void putsTheBeginTokenBeforeATextWhereItsConfigSaysSo() {
        JsonNode expected = Fixtures.json(Fixtures.resource("models/stories260k-tidar/expected.json"))
                .path("cases");
        Tokenizer stories = Fixtures.load("stories260k-tidar");
        assertThat(stories.beginId()).hasValue(1);
        expected.valueStream().filter(story -> story.has("prompt")).forEach(story -> {
            assertThat(stories.encodeText(story.path("prompt").asString()))
                    .isEqualTo(Fixtures.ints(story.path("prompt_ids")));
            assertThat(stories.decode(Fixtures.ints(story.path("greedy"))))
                    .isEqualTo(story.path("text").asString());
        });
    }

    @Test
    void putsNothingBeforeATextWhereItsConfigSaysNothing() {
        assertThat(SMOLLM2.beginId()).isEmpty();
        assertThat(SMOLLM2.encodeText("Hello")).isEqualTo(SMOLLM2.encode("Hello"));
    }

    @Test
    void putsTheBeginTokenOfItsPostProcessorBeforeATextWhereNoConfigSaysOtherwise() throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        json.set("post_processor", Fixtures.JSON.readTree("""
                {"type": "Sequence", "processors": [
                  {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
                  {"type": "TemplateProcessing",
                   "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                   "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}]}"""));
        write(json);

        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        assertThat(tokenizer.encodeText("Lily")).startsWith(1);
        assertThat(tokenizer.encode("Lily")).doesNotContain(1);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"add_bos_token\": false}");
        Tokenizer silent = Tokenizer.load(folder).orElseThrow();
        assertThat(silent.beginId()).isEmpty();
    }

    @Test
    void encodesALoneSurrogateAsOneReplacementCharacter() {
        for (String lone : List.of("a\uD800b", "a\uDC00b")) {
            assertThat(SMOLLM2.encode(lone)).isEqualTo(SMOLLM2.encode("a\uFFFDb"));
        }
        assertThat(SMOLLM2.encode("\uD83D\uDE00\uD83D")).isEqualTo(SMOLLM2.encode("\uD83D\uDE00\uFFFD"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nul\u0000nul", "\uFEFFbom", "\u202Eright\u202C", "\u200B", "  "})
    void passesOddCharactersOn(String text) {
        assertThat(SMOLLM2.decode(SMOLLM2.encode(text))).isEqualTo(text);
    }

    @Test
    void truncatesAndPadsNothingWhateverItsFileSays() throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        json.putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 3)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        json.putObject("padding")
                .put("direction", "Right")
                .put("pad_id", 0)
                .put("pad_type_id", 0)
                .put("pad_token", "<unk>")
                .putNull("pad_to_multiple_of")
                .putObject("strategy")
                .put("Fixed", 4000);
        write(json);
        String text = "Once upon a time ".repeat(200);

        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        Tokenizer plain = Fixtures.load("stories260k-tidar");
        assertThat(tokenizer.encode(text)).isEqualTo(plain.encode(text)).hasSizeGreaterThan(600);
    }

    @Test
    void honoursStrippingAndSingleWordsAsTheHuggingFaceLibraryDoes() throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("smollm2-tokenizer");
        ArrayNode added = (ArrayNode) json.path("added_tokens");
        ((ObjectNode) added.get(1)).put("lstrip", true);
        ((ObjectNode) added.get(2)).put("rstrip", true);
        ((ObjectNode) added.get(3)).put("single_word", true);
        write(json);
        List<String> texts = List.of(
                "a \n<|im_start|> b",
                "a<|im_end|> \n\t b",
                "a <|im_end|>  <|im_start|> b",
                "x<repo_name>",
                "<repo_name>y",
                "x <repo_name> y",
                "_<repo_name>",
                "-<repo_name>-",
                "\u00e9<repo_name>",
                "<|im_end|>\u3000<|im_end|>",
                "<|im_start|><repo_name><|im_start|>",
                "  <|im_start|>  <|im_start|>");

        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        try (var plain = Oracle.open(json.toString())) {
            for (String text : texts) {
                assertThat(tokenizer.encode(PromptText.trusted(text))).as(text).isEqualTo(Fixtures.encode(plain, text));
            }
        }
    }

    @Test
    void prefersTheLongestOfTwoMarkersAtOnePlace() throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        ((ArrayNode) json.path("added_tokens")).addObject().put("id", 513).put("content", "<s><s>");
        write(json);

        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        assertThat(tokenizer.encode(PromptText.trusted("<s><s><s>"))).containsExactly(513, 1);
    }

    @Test
    void servesManyThreadsAtOnce() throws Exception {
        List<String> texts = Fixtures.json(Fixtures.resource("golden/tokenizers/expected.json"))
                .path("texts")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<int[]> alone = texts.stream().map(SMOLLM2::encode).toList();
            Callable<List<int[]>> all =
                    () -> texts.stream().map(SMOLLM2::encode).toList();

            for (Future<List<int[]>> future :
                    threads.invokeAll(Stream.generate(() -> all).limit(16).toList())) {
                List<int[]> together = future.get();
                IntStream.range(0, alone.size())
                        .forEach(i ->
                                assertThat(together.get(i)).as("text %d", i).isEqualTo(alone.get(i)));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"smollm2-tokenizer", "qwen3-tokenizer"})
    void knowsTheBytesOfItsTokensWhichJoinedAreTheText(String name) {
        Tokenizer tokenizer = Fixtures.load(name);
        byte[][] bytes = tokenizer.tokenBytes();
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        String text = "{\"caf\u00e9\": [1, \"\ud83d\ude00\"]}\n";
        for (int id : tokenizer.encode(text)) {
            joined.writeBytes(bytes[id]);
        }

        assertThat(joined.toString(StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(bytes).hasNumberOfRows(tokenizer.size());
        assertThat(Fixtures.controlIds(name))
                .allSatisfy(id -> assertThat(bytes[id]).isEmpty());
    }

    private void write(ObjectNode json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json.toString());
    }
}
