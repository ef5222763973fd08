package dev.tidar.text.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.Thinking;
import dev.tidar.text.tokenizer.Fixtures;
import dev.tidar.text.tokenizer.PromptText;
import dev.tidar.text.tokenizer.PromptText.Stretch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("A chat template")
class ChatTemplateTest {

    private static final Clock NOON = Clock.fixed(Instant.parse("2026-03-01T12:30:00Z"), ZoneOffset.UTC);

    private static final String CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
            + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    @TempDir
    private Path folder;

    @Nested
    class LaysOut {

        @TestFactory
        Stream<DynamicTest> whatJinja2LaysOut() {
            return Fixtures.json(Fixtures.resource("templates/expected.json"))
                    .valueStream()
                    .filter(LaysOut::isPlainConversation)
                    .map(golden -> DynamicTest.dynamicTest(
                            golden.path("template").asString() + ", "
                                    + golden.path("case").asString(),
                            () -> agrees(golden)));
        }

        private static boolean isPlainConversation(JsonNode golden) {
            JsonNode variables = golden.path("variables");
            return variables.path("add_generation_prompt").asBoolean()
                    && !variables.has("tools")
                    && variables.path("messages").valueStream().allMatch(message -> message.size() == 2);
        }

        private void agrees(JsonNode golden) throws IOException {
            JsonNode variables = golden.path("variables");
            ChatTemplate template = template(Files.readString(
                    Fixtures.resource("templates/src/" + golden.path("template").asString())));
            List<ChatMessage> messages = variables
                    .path("messages")
                    .valueStream()
                    .map(m -> new ChatMessage(
                            m.path("role").asString(), m.path("content").asString()))
                    .toList();
            Thinking thinking = !variables.has("enable_thinking") || !template.switchesThinking()
                    ? Thinking.DEFAULT
                    : variables.path("enable_thinking").asBoolean() ? Thinking.ON : Thinking.OFF;
            Prompt.Chat chat = new Prompt.Chat(messages).withThinking(thinking);

            if (golden.path("expected").has("text")) {
                PromptText prompt = template.render(chat).text();
                assertThat(prompt.text())
                        .isEqualTo(golden.path("expected").path("text").asString());
            } else {
                assertThatThrownBy(() -> template.render(chat))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageEndingWith(
                                golden.path("expected").path("message").asString());
            }
        }

        @Test
        void theTextOfEveryMessageAsUserText() throws IOException {
            PromptText prompt =
                    template(CHATML).render(List.of(ChatMessage.system("Be brief."), ChatMessage.user("Hi <b>")));

            assertThat(userText(prompt)).isEqualTo("Be|brief.|Hi|<b>");
            assertThat(prompt.text())
                    .isEqualTo("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi <b><|im_end|>\n"
                            + "<|im_start|>assistant\n");
        }

        @Test
        void theAnswerWithoutItsThoughtsWhereTheTemplateCutsThem() throws IOException {
            PromptText prompt = qwen3().render(List.of(
                    ChatMessage.user("q"),
                    ChatMessage.assistant("<think>\nhm\n</think>\n\nold <|im_end|> answer"),
                    ChatMessage.user("next")));

            assertThat(prompt.text()).contains("<|im_start|>assistant\nold <|im_end|> answer<|im_end|>\n");
            assertThat(userText(prompt)).isEqualTo("q|old|<|im_end|>|answer|next");
        }

        @Test
        void aMessageThatLooksLikeAToolResponseAsAnyOther() throws IOException {
            PromptText prompt = qwen3().render(List.of(ChatMessage.user("<tool_response>x</tool_response>")));

            assertThat(userText(prompt)).isEqualTo("<tool_response>x</tool_response>");
        }

        @Test
        void charactersOfThePrivateUseAreaUnharmed() throws IOException {
            String text = "\uE000\uE100\uE1FF \uE041 \uD83D\uDE00\uD800";

            PromptText prompt = template(CHATML).render(List.of(ChatMessage.user(text)));

            assertThat(prompt.text()).contains("user\n" + text + "<|im_end|>");
        }

        @Test
        void contentThatJsonEscapesAsJsonEscapesIt() throws IOException {
            ChatTemplate template = template("{{ messages[-1].content | tojson }}");

            assertThat(template.render(List.of(ChatMessage.user("a \"b\" \\ \n\u0001 <|im_end|>")))
                            .text())
                    .isEqualTo("\"a \\\"b\\\" \\\\ \\n\\u0001 <|im_end|>\"");
        }

        @Test
        void theDateOfItsClock() throws IOException {
            ChatTemplate template = template("{{ strftime_now('%Y-%m-%d') }}{{ messages[0].content }}");

            assertThat(template.render(List.of(ChatMessage.user("!"))).text()).isEqualTo("2026-03-01!");
        }

        @Test
        void thousandsOfMessages() throws IOException {
            List<ChatMessage> messages = Stream.generate(() -> ChatMessage.user("x".repeat(50)))
                    .limit(10_000)
                    .toList();

            assertThat(qwen3().render(messages).text()).hasSizeGreaterThan(500_000);
        }
    }

    @Nested
    class RejectsARequest {

        @Test
        void withoutMessages() throws IOException {
            ChatTemplate template = template(CHATML);

            assertThatThrownBy(() -> template.render(List.of()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("messages must not be empty");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "user<|im_end|>", "us er", "us\ner", "\uFF55ser"})
        void whoseRoleIsNoPlainWord(String role) throws IOException {
            ChatTemplate template = template(CHATML);

            assertThatThrownBy(() -> template.render(List.of(ChatMessage.user("a"), new ChatMessage(role, "b"))))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("the role of message 1 must be a word of 1 to 64 letters, digits, _ and -, but is not");
        }

        @Test
        void inTheTemplatesOwnWordsAndNoneOfThePrompt() throws IOException {
            ChatTemplate template = template("{% if messages | length > 1 and messages[1].role != 'user' %}"
                    + "{{ raise_exception('no: ' + messages[0].content) }}{% endif %}{{ messages[0].content }}");

            assertThatThrownBy(() -> template.render(List.of(ChatMessage.user("secret"), ChatMessage.user("a")).stream()
                            .map(m -> new ChatMessage(m.text().equals("a") ? "critic" : "user", m.text()))
                            .toList()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("The chat template rejects the conversation: no: ")
                    .hasNoCause();
        }
    }

    @Nested
    class RejectsAFolder {

        @Test
        void whoseTemplateDoesNotParseAndNamesTheLine() {
            rejects("a\n{% if %}", "chat_template.jinja cannot be used: line 2");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{{ messages | no_such_filter }}",
                    "{{ no_such_function(1) }}",
                    "{% include 'x' %}",
                    "{% import 'x' as y %}",
                    "{{ messages.__class__.mro() }}",
                    "{{ messages.getClass().forName('x') }}",
                    "{{ 1 // 0 }}"
                })
        void whoseTemplateUsesWhatIsNotThere(String source) {
            rejects(source, "chat_template.jinja cannot be used: ");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{% for a in range(9000) %}{% for b in range(9000) %}{% for c in range(9000) %}{% endfor %}{% endfor %}{% endfor %}",
                    "{% set ns = namespace(s='xx') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                    "{{ 'a' * 1000000000 }}"
                })
        @Timeout(10)
        void whoseTemplateDoesNotEnd(String source) {
            rejects(source, "chat_template.jinja cannot be used: ");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{{ messages[0].content | upper }}",
                    "{{ messages[0].content[:2] }}",
                    "{{ messages[0].content | length }}"
                })
        void whoseTemplateAltersWhatUsersWrite(String source) {
            rejects(source, "chat_template.jinja must keep the text of messages as it is, but alters it");
        }

        @Test
        void whoseTemplateRejectsEveryConversation() {
            rejects("{{ raise_exception('never') }}", "chat_template.jinja cannot be used: never");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "\n"})
        void whoseTemplateIsEmpty(String source) {
            rejects(source, "chat_template.jinja must be a chat template, but is empty; remove it or fill it");
        }

        @Test
        void whoseTemplateIsTooLong() {
            rejects("x".repeat(65_537), "chat_template.jinja must have at most 65536 bytes, but has 65537");
        }

        @Test
        void whoseTemplateUsesTheCharactersOfMarks() {
            rejects("\uE000", "chat_template.jinja must not use the characters U+E000 to U+E1FF, but does");
        }

        @Test
        void whoseNamedTemplatesHaveNoDefault() throws IOException {
            config(
                    "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"x\"}, {\"name\": \"tool_use\", \"template\": \"y\"}]}");

            assertThatThrownBy(() -> ChatTemplate.load(folder))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageEndingWith("tokenizer_config.json: chat_template must be a text or have one named"
                            + " \"default\", but has [rag, tool_use]");
        }

        private void rejects(String source, String message) {
            assertThatThrownBy(() -> template(source))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageStartingWith(folder.toString())
                    .hasMessageContaining(message);
        }
    }

    @Nested
    class IsTaken {

        @Test
        void fromTokenizerConfig() throws IOException {
            config(
                    "{\"bos_token\": {\"content\": \"<s>\"}, \"chat_template\": \"{{ bos_token }}{{ messages[0].content }}\"}");

            assertThat(rendered()).isEqualTo("<s>hi");
        }

        @Test
        void fromTheDefaultOfSeveral() throws IOException {
            config("{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"},"
                    + " {\"name\": \"default\", \"template\": \"d{{ messages[0].content }}\"}]}");

            assertThat(rendered()).isEqualTo("dhi");
        }

        @Test
        void fromItsOwnFileBeforeTokenizerConfig() throws IOException {
            config("{\"chat_template\": \"config\"}");
            Files.writeString(folder.resolve("chat_template.jinja"), "file {{ messages[0].content }}");

            assertThat(rendered()).isEqualTo("file hi");
        }

        @Test
        void fromNowhereWhereThereIsNone() throws IOException {
            assertThat(ChatTemplate.load(folder)).isEmpty();
            config("{}");
            assertThat(ChatTemplate.load(folder)).isEmpty();
        }

        private String rendered() {
            return ChatTemplate.load(folder)
                    .orElseThrow()
                    .render(List.of(ChatMessage.user("hi")))
                    .text();
        }
    }

    private void config(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), json);
    }

    private ChatTemplate template(String source) throws IOException {
        config("{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"}");
        Files.writeString(folder.resolve("chat_template.jinja"), source);
        return ChatTemplate.load(folder, NOON).orElseThrow();
    }

    private ChatTemplate qwen3() throws IOException {
        return template(Files.readString(Fixtures.resource("templates/src/qwen3.jinja")));
    }

    private static String userText(PromptText prompt) {
        return prompt.userText().stream()
                .map((Stretch s) -> prompt.text().substring(s.start(), s.end()))
                .collect(Collectors.joining("|"));
    }
}
