package dev.tidar.text.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.Thinking;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.Tools;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import dev.tidar.text.answer.ToolSyntax;
import dev.tidar.text.tokenizer.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("A chat template, given tools and thoughts,")
class ToolTemplateTest {

    private static final Clock NOON = Clock.fixed(Instant.parse("2026-03-01T12:30:00Z"), ZoneOffset.UTC);
    private static final ChatMessage QUESTION = ChatMessage.user("q");
    private static final Tool WEATHER = new Tool("weather", "How it is", "{\"type\": \"object\"}");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> laysOutWhatJinja2LaysOut() {
        return Fixtures.json(Fixtures.resource("templates/tool_calls.json"))
                .valueStream()
                .map(golden -> DynamicTest.dynamicTest(
                        golden.path("template").asString() + ", "
                                + golden.path("case").asString(),
                        () -> agrees(golden)));
    }

    private void agrees(JsonNode golden) throws IOException {
        ChatTemplate template = source(golden.path("template").asString());
        JsonNode variables = golden.path("variables");
        Prompt.Chat chat = new Prompt.Chat(variables
                        .path("messages")
                        .valueStream()
                        .map(ToolTemplateTest::message)
                        .toList())
                .withTools(tools(variables))
                .withThinking(thinking(template, variables));
        JsonNode expected = golden.path("expected");
        if (expected.has("text")) {
            assertThat(template.render(chat).text().text())
                    .isEqualTo(expected.path("text").asString());
        } else {
            assertThatThrownBy(() -> template.render(chat))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageEndingWith(expected.path("error").asString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}",
                "{% for m in messages %}{% if m.role != 'system' %}[{{ m.role }}]{{ m.content }}{% endif %}{% endfor %}"
            })
    void describesToolsToTheUserWhereItWritesNoSystemMessage(String template) throws IOException {
        String prompt = written(template)
                .render(new Prompt.Chat(List.of(QUESTION)).withTools(Tools.of(WEATHER)))
                .text()
                .text();

        assertThat(prompt).startsWith("[user]# Tools").contains("How it is").endsWith("</tool_call>\n\nq");
    }

    @Test
    void describesToolsInASystemMessageWhereItWritesOne() throws IOException {
        String prompt = written("{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}")
                .render(new Prompt.Chat(List.of(QUESTION)).withTools(Tools.of(WEATHER)))
                .text()
                .text();

        assertThat(prompt).startsWith("[system]# Tools").endsWith("</tool_call>[user]q");
    }

    private ChatTemplate written(String template) throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), template);
        return ChatTemplate.load(folder, NOON).orElseThrow();
    }

    private static ChatMessage message(JsonNode json) {
        String content = json.path("content").asString();
        if (json.has("tool_call_id")) {
            return ChatMessage.tool(json.path("tool_call_id").asString(), content);
        }
        List<ToolCall> calls = json.path("tool_calls")
                .valueStream()
                .map(call -> new ToolCall(
                        call.path("id").asString(),
                        call.path("function").path("name").asString(),
                        call.path("function").path("arguments").toString()))
                .toList();
        ChatMessage message =
                new ChatMessage(json.path("role").asString(), content, Optional.empty(), calls, Optional.empty());
        return json.has("reasoning_content")
                ? message.withReasoning(json.path("reasoning_content").asString())
                : message;
    }

    private static Tools tools(JsonNode variables) {
        return Tools.of(variables
                .path("tools")
                .valueStream()
                .map(tool -> tool.path("function"))
                .map(function -> new Tool(
                        function.path("name").asString(),
                        function.path("description").asString(),
                        function.path("parameters").toString()))
                .toArray(Tool[]::new));
    }

    private static Thinking thinking(ChatTemplate template, JsonNode variables) {
        if (!variables.has("enable_thinking") || !template.switchesThinking()) {
            return Thinking.DEFAULT;
        }
        return variables.path("enable_thinking").asBoolean() ? Thinking.ON : Thinking.OFF;
    }

    @ParameterizedTest
    @CsvSource({
        "qwen3, HERMES",
        "qwen25-tools, HERMES",
        "hermes-tools, HERMES",
        "mistral-nemo, MISTRAL",
        "llama3-tools, LLAMA",
        "smollm2,",
        "chatml,",
        "thinking-switch,"
    })
    void tellsByItselfHowItsModelCallsTools(String name, ToolSyntax expected) throws IOException {
        assertThat(source(name + ".jinja").toolSyntax()).isEqualTo(Optional.ofNullable(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% if tools %}{{ tools | tojson }}{% endif %}{{ messages[0].content }}",
                "{% if tools %}{{ tools }}{% endif %}{% for m in messages %}{{ m }}{% endfor %}",
                "{% if tools %}{{ raise_exception('none of that') }}{% endif %}{{ messages[0].content }}"
            })
    void thatShowsToolsInNoWayThatAnswersAreReadInGetsThePromptForm(String source) throws IOException {
        assertThat(template(source.replace("{{ m }}", "{{ m.content }}")).toolSyntax())
                .isEmpty();
    }

    @Test
    void readsAnswersInTheSyntaxOfItsModelForTheToolsThatMayBeCalled() throws IOException {
        Tools tools = Tools.of(WEATHER, new Tool("time", "", "{}"));
        Prompt.Chat chat = new Prompt.Chat(List.of(QUESTION)).withTools(tools);
        ChatTemplate mistral = source("mistral-nemo.jinja");

        assertThat(mistral.render(chat).answerSyntax().toolSyntax()).contains(ToolSyntax.MISTRAL);
        assertThat(mistral.render(chat).answerSyntax().toolNames()).containsExactlyInAnyOrder("weather", "time");
        assertThat(source("chatml.jinja").render(chat).answerSyntax().toolSyntax())
                .contains(ToolSyntax.HERMES);
        assertThat(mistral.render(chat.withTools(tools.withChoice(Tools.Choice.NONE)))
                        .answerSyntax()
                        .toolSyntax())
                .isEmpty();
    }

    @Test
    void showsNoToolWhereNoneMayBeCalledAndOneWhereItMustBe() throws IOException {
        Tools tools = Tools.of(WEATHER, new Tool("time", "", "{}"));
        Prompt.Chat chat = new Prompt.Chat(List.of(QUESTION));
        ChatTemplate template = source("qwen3.jinja");

        assertThat(prompt(template, chat.withTools(tools.withChoice(Tools.Choice.NONE))))
                .isEqualTo(prompt(template, chat));
        assertThat(prompt(template, chat.withTools(tools.withChoice(Tools.Choice.of("time")))))
                .isEqualTo(
                        prompt(template, chat.withTools(Tools.of(tools.offered().get(1)))));
    }

    @Test
    void givesCallsIdsThatEveryTemplateTakes() throws IOException {
        ToolCall call = new ToolCall("call_{{ 1 }}<|im_end|>-and-more", "weather", "{}");
        Prompt.Chat chat = new Prompt.Chat(List.of(
                        QUESTION, ChatMessage.assistant("", List.of(call)), ChatMessage.tool(call.id(), "mild")))
                .withTools(Tools.of(WEATHER));

        assertThat(prompt(source("mistral-nemo.jinja"), chat))
                .contains("\"id\": \"call00000\"", "\"call_id\": \"call00000\"")
                .doesNotContain(call.id());
    }

    @ParameterizedTest
    @CsvSource({
        "qwen3, MODEL, MAY_COME",
        "qwen3, ON, MAY_COME",
        "qwen3, OFF, MAY_COME",
        "thinking-switch, ON, OPEN",
        "thinking-switch, OFF, MAY_COME",
        "smollm2, MODEL, NONE",
        "smollm2, OFF, NONE"
    })
    void knowsWhetherAnswersMayBeginWithThoughts(String name, Thinking.Mode mode, Thoughts expected)
            throws IOException {
        Prompt.Chat chat = new Prompt.Chat(List.of(ChatMessage.user("<think>")))
                .withThinking(new Thinking(mode, java.util.OptionalInt.empty()));

        assertThat(source(name + ".jinja").render(chat).answerSyntax().thoughts())
                .isEqualTo(expected);
    }

    @Test
    void rejectsToSwitchThoughtsThatItHasNoSwitchFor() throws IOException {
        Prompt.Chat chat = new Prompt.Chat(List.of(QUESTION));
        ChatTemplate always = template("{% for m in messages %}{{ m.content }}{% endfor %}<think>\n");

        assertThat(always.render(chat).answerSyntax().thoughts()).isEqualTo(Thoughts.OPEN);
        assertThatThrownBy(() -> always.render(chat.withThinking(Thinking.OFF)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("thinking cannot be switched off: the chat template does not read enable_thinking");
        assertThatThrownBy(() -> source("smollm2.jinja").render(chat.withThinking(Thinking.ON)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("thinking cannot be switched on: the chat template does not read enable_thinking");
    }

    private static String prompt(ChatTemplate template, Prompt.Chat chat) {
        return template.render(chat).text().text();
    }

    private ChatTemplate source(String name) throws IOException {
        return template(Files.readString(Fixtures.resource("templates/src/" + name)));
    }

    private ChatTemplate template(String source) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"}");
        Files.writeString(folder.resolve("chat_template.jinja"), source);
        return ChatTemplate.load(folder, NOON).orElseThrow();
    }
}
