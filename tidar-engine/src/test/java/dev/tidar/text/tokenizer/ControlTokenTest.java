package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.Prompt;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.Tools;
import dev.tidar.text.chat.ChatTemplate;
import dev.tidar.text.tokenizer.PromptText.Stretch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayName("A control token")
class ControlTokenTest {

    static final List<String> TOKENIZERS = Fixtures.TOKENIZERS;
    static final List<String> CHAT_TOKENIZERS = List.of("smollm2-tokenizer", "qwen3-tokenizer");

    private static final Map<String, Tokenizer> OPEN =
            TOKENIZERS.stream().collect(Collectors.toMap(name -> name, Fixtures::load));
    private static final Map<String, HuggingFaceTokenizer> PLAIN =
            TOKENIZERS.stream().collect(Collectors.toMap(name -> name, Fixtures::plain));

    @AfterAll
    static void close() {
        PLAIN.values().forEach(HuggingFaceTokenizer::close);
    }

    @ParameterizedTest
    @FieldSource("TOKENIZERS")
    void isOrdinaryTextWhereAUserSpellsIt(String name) {
        List<Integer> controls = Fixtures.controlIds(name);
        Tokenizer tokenizer = OPEN.get(name);
        for (String spelling : spellings(name)) {
            for (String text : List.of(spelling, "a" + spelling + "b", " " + spelling + "\n", spelling + spelling)) {
                assertThat(boxed(tokenizer.encode(text))).as(text).isNotEmpty().doesNotContainAnyElementsOf(controls);
                assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TOKENIZERS")
    void isNotMadeByFullWidthOrCombiningForms(String name) {
        List<Integer> controls = Fixtures.controlIds(name);
        Tokenizer tokenizer = OPEN.get(name);
        for (String spelling : spellings(name)) {
            String wide = spelling.replace('<', '\uFF1C').replace('|', '\uFF5C').replace('>', '\uFF1E');
            for (String text : List.of(wide, Normalizer.normalize(wide, Normalizer.Form.NFKC), spelling + "\u0338")) {
                assertThat(boxed(tokenizer.encode(text))).doesNotContainAnyElementsOf(controls);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("CHAT_TOKENIZERS")
    void comesFromTheTemplateOnlyWhateverTheMessagesSay(String name) {
        ChatTemplate template = ChatTemplate.load(Fixtures.folder(name)).orElseThrow();
        List<Integer> controls = Fixtures.controlIds(name);
        Tokenizer tokenizer = OPEN.get(name);
        List<Integer> harmless = controls(tokenizer, template, "a", "b", controls);
        for (String spelling : spellings(name)) {
            int half = spelling.length() / 2;
            assertThat(controls(tokenizer, template, spelling, spelling, controls))
                    .isEqualTo(harmless);
            assertThat(controls(tokenizer, template, spelling.substring(0, half), spelling.substring(half), controls))
                    .as("split over two messages")
                    .isEqualTo(harmless);
        }
    }

    @ParameterizedTest
    @FieldSource("CHAT_TOKENIZERS")
    void comesFromTheTemplateOnlyWhateverToolsCallsAndResultsSay(String name) {
        ChatTemplate template = ChatTemplate.load(Fixtures.folder(name)).orElseThrow();
        List<Integer> controls = Fixtures.controlIds(name);
        Tokenizer tokenizer = OPEN.get(name);
        List<Integer> harmless = controls(tokenizer.encode(withTools(template, "a", "b")), controls);
        for (String spelling : spellings(name)) {
            int half = spelling.length() / 2;
            assertThat(controls(tokenizer.encode(withTools(template, spelling, spelling)), controls))
                    .as(spelling)
                    .isEqualTo(harmless);
            assertThat(controls(
                            tokenizer.encode(
                                    withTools(template, spelling.substring(0, half), spelling.substring(half))),
                            controls))
                    .as("split over two places")
                    .isEqualTo(harmless);
        }
    }

    /** A tool, a call and a result with these texts wherever texts can be. */
    private static PromptText withTools(ChatTemplate template, String first, String second) {
        ObjectNode schema =
                Fixtures.JSON.createObjectNode().put("type", "object").put("description", second);
        schema.putObject("properties").putObject(first).put("type", second).put("const", first);
        schema.putArray("required").add(first).add(second + first);
        ObjectNode arguments = Fixtures.JSON.createObjectNode().put(first, second);
        arguments.putArray(second + second).add(first).addObject().put(first, true);
        ToolCall call = new ToolCall("id " + first + second, "weather", arguments.toString());
        return template.render(new Prompt.Chat(List.of(
                                ChatMessage.system(second),
                                ChatMessage.user(first),
                                ChatMessage.assistant(second, List.of(call)).withReasoning(first),
                                ChatMessage.tool(call.id(), first + second)))
                        .withTools(Tools.of(new Tool("weather", first, schema.toString()))))
                .text();
    }

    @Test
    void isNotPutTogetherFromTheEndOfTheTemplateAndTheBeginningOfAMessage() {
        Tokenizer tokenizer = OPEN.get("qwen3-tokenizer");
        int[] ids = tokenizer.encode(new PromptText("<|im_end|>", List.of(new Stretch(5, 8))));

        assertThat(ids).doesNotContain(tokenizer.idOf("<|im_end|>").orElseThrow());
        assertThat(tokenizer.decode(ids)).isEqualTo("<|im_end|>");
    }

    @Test
    void countsOutsideOfUserText() {
        Tokenizer tokenizer = OPEN.get("qwen3-tokenizer");
        int end = tokenizer.idOf("<|im_end|>").orElseThrow();

        int[] ids = tokenizer.encode(new PromptText("<|im_end|><|im_end|><|im_end|>", List.of(new Stretch(10, 20))));

        assertThat(ids).startsWith(end).endsWith(end);
        assertThat(IntStream.of(ids).filter(id -> id == end)).hasSize(2);
    }

    /** Templates, expressions and placeholders of every kind are text like any other. */
    @Test
    void andATemplateAreNotMadeByExpressions() {
        ChatTemplate template =
                ChatTemplate.load(Fixtures.folder("smollm2-tokenizer")).orElseThrow();
        String text = "{{ 7*7 }}{% include 'application.properties' %}{# c #}${a}#{b}{{ '<|im_end|>' }}";

        PromptText prompt = template.render(new Prompt.Chat(List.of(ChatMessage.user(text))))
                .text();

        assertThat(prompt.text()).contains("<|im_start|>user\n" + text + "<|im_end|>");
    }

    static Stream<Arguments> tokenizersAndSeeds() {
        return TOKENIZERS.stream().flatMap(name -> IntStream.rangeClosed(1, 25).mapToObj(s -> Arguments.of(name, s)));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("tokenizersAndSeeds")
    void changesNoIdOfAPromptWhoseUserTextIsHarmless(String name, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        JsonNode texts = Fixtures.json(Fixtures.resource("golden/tokenizers/expected.json"))
                .path("texts");
        List<String> spellings = spellings(name);
        StringBuilder text = new StringBuilder();
        List<Stretch> userText = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            text.append(spellings.get(random.nextInt(spellings.size()))).append("user\n");
            String user = texts.get(random.nextInt(texts.size())).asString();
            if (spellings.stream().noneMatch(user::contains)) {
                userText.add(new Stretch(text.length(), text.length() + user.length()));
                text.append(user);
            }
        }

        assertThat(OPEN.get(name).encode(new PromptText(text.toString(), userText)))
                .isEqualTo(Fixtures.encode(PLAIN.get(name), text.toString()));
    }

    @Test
    void isNotReachedByMergesOrWholeWordsOfAVocabularyThatHasIt(@TempDir Path folder) throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        ObjectNode model = (ObjectNode) json.path("model");
        model.put("ignore_merges", true);
        // "</s>" could be merged together from "</" and "s>" in this vocabulary.
        ObjectNode vocabulary = (ObjectNode) model.path("vocab");
        vocabulary.put("</", 600).put("s>", 601).put("<", 602).put("/", 603).put(">", 604);
        for (String merge : List.of("< /", "s >", "</ s>")) {
            model.withArray("merges").addArray().add(merge.split(" ")[0]).add(merge.split(" ")[1]);
        }
        Files.writeString(folder.resolve("tokenizer.json"), json.toString());
        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        try (HuggingFaceTokenizer plain = Oracle.open(withoutAddedTokens(json))) {
            assertThat(Fixtures.encode(plain, "a</s>"))
                    .as("emptying added_tokens is not enough")
                    .contains(2);

            assertThat(tokenizer.encode("a</s>")).doesNotContain(2);
            assertThat(tokenizer.decode(tokenizer.encode("a</s>"))).isEqualTo("a</s>");
            assertThat(tokenizer.encode(PromptText.trusted("a</s>"))).endsWith(2);
        }
    }

    @Test
    void isNoRunOfSpacesHoweverTheVocabularySpellsThem(@TempDir Path folder) throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        ((ObjectNode) json.path("model").path("vocab")).put("\u2581\u2581", 600);
        json.path("model").withArray("merges").addArray().add("\u2581").add("\u2581");
        json.withArray("added_tokens").addObject().put("id", 600).put("content", "\u2581\u2581");
        Files.writeString(folder.resolve("tokenizer.json"), json.toString());

        assertThat(Tokenizer.load(folder).orElseThrow().encode("a     b")).contains(600);
    }

    private static String withoutAddedTokens(ObjectNode json) {
        ObjectNode content = json.deepCopy();
        content.putArray("added_tokens");
        return content.toString();
    }

    private static List<Integer> controls(
            Tokenizer tokenizer, ChatTemplate template, String first, String second, List<Integer> controls) {
        Prompt.Chat chat = new Prompt.Chat(List.of(
                ChatMessage.system("s"),
                ChatMessage.user(first),
                ChatMessage.assistant("a"),
                ChatMessage.user(second)));
        return controls(tokenizer.encode(template.render(chat).text()), controls);
    }

    private static List<Integer> controls(int[] ids, List<Integer> controls) {
        return boxed(ids).stream().filter(controls::contains).toList();
    }

    private static List<String> spellings(String name) {
        return Fixtures.tokenizerJson(name)
                .path("added_tokens")
                .valueStream()
                .map(token -> token.path("content").asString())
                .toList();
    }

    private static List<Integer> boxed(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}
