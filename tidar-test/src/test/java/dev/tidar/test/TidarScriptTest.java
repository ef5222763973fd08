package dev.tidar.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.Answer;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineState;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Prompt;
import dev.tidar.api.TokenChunk;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.Tools;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A scripted engine")
class TidarScriptTest {

    private static final TidarScript SCRIPT = new TidarScript("mine");
    private static final TidarEngine ENGINE = SCRIPT.load();

    private static final Tool WEATHER = new Tool(
            "weather", "The weather", "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}}");

    private final List<TokenChunk> chunks = new CopyOnWriteArrayList<>();

    @AfterEach
    void forget() {
        SCRIPT.reset();
    }

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    // what it says

    @Test
    void givesItsRepliesInTheOrderOfTheRequests() throws InterruptedException {
        SCRIPT.reply("one", "naïve €");

        assertThat(ask("First?").text()).isEqualTo("one");
        assertThat(ask("Second?").text()).isEqualTo("naïve €");
        assertThat(ENGINE.status().name()).isEqualTo("mine");
    }

    @Test
    void repliesByTheRequestWhereNoReplyIsLeft() throws InterruptedException {
        SCRIPT.reply("one").otherwise(request -> Reply.text(last(request).toUpperCase(java.util.Locale.ROOT)));

        assertThat(ask("First?").text()).isEqualTo("one");
        assertThat(ask("Second?").text()).isEqualTo("SECOND?");
    }

    @Test
    void asksForAReplyThatIsMissing() {
        assertThatThrownBy(() -> ask("First?"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call TidarScript.reply");
    }

    @Test
    void keepsTheRequestsAsTheyCame() throws InterruptedException {
        SCRIPT.reply("one");
        ask("First?");

        assertThat(SCRIPT.conversations()).containsExactly(List.of(ChatMessage.user("First?")));
        assertThat(SCRIPT.requests().get(0).maxTokens()).isEmpty();
        SCRIPT.reset();
        assertThat(SCRIPT.requests()).isEmpty();
    }

    @Test
    void callsToolsAndThinks() throws InterruptedException {
        SCRIPT.reply(Reply.thoughts("Where?")
                .then(Reply.toolCall("weather", "{\"city\": \"Paris\"}"))
                .then(Reply.toolCall("weather", "{\"city\": \"Rome\"}")));

        GenerationResult result =
                result(GenerationRequest.builder(chat("Weather?").withTools(Tools.of(WEATHER)))
                        .build());

        assertThat(result.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        Answer answer = result.answer();
        assertThat(answer.reasoning()).isEqualTo("Where?");
        assertThat(answer.toolCalls())
                .extracting(ToolCall::arguments)
                .containsExactly("{\"city\":\"Paris\"}", "{\"city\":\"Rome\"}");
    }

    @Test
    void mustKeepToTheFormatOfARequest() throws InterruptedException {
        SCRIPT.reply("{\"ok\": true}", "{\"ok\": maybe}");
        GenerationRequest request = GenerationRequest.builder(chat("?"))
                .format(
                        new AnswerFormat.JsonSchema(
                                "{\"type\": \"object\", \"properties\": {\"ok\": {\"type\": \"boolean\"}}, \"required\": [\"ok\"]}"))
                .build();

        assertThat(result(request).text()).isEqualTo("{\"ok\": true}");
        assertThatThrownBy(() -> result(request))
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("after \"{\"ok\": \" the format excludes the character 'm'");
    }

    // in which steps, and how it ends

    @Test
    void emitsOneTokenAndThenAsManyAsAStepOfTheReplyHas() throws InterruptedException {
        SCRIPT.reply(Reply.text("0123456789").tokensPerStep(4));

        GenerationResult result = ask("Count");

        assertThat(chunks.stream().map(TokenChunk::text)).startsWith("0", "1234", "5678");
        assertThat(result.tokens()).hasSize(11).endsWith(256);
        assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(result.stats().kept()).startsWith(4, 4);
    }

    @Test
    void comesWholeUnlessItKeepsToTheLimitOrIsCutOff() throws InterruptedException {
        SCRIPT.reply(
                Reply.text("0123456789"),
                Reply.text("0123456789").withinMaxTokens(),
                Reply.text("0123456789").cutOff());
        GenerationRequest request =
                GenerationRequest.builder(chat("Count")).maxTokens(3).build();

        assertThat(result(request).text()).isEqualTo("0123456789");
        assertThat(result(request)).satisfies(limited -> {
            assertThat(limited.text()).isEqualTo("012");
            assertThat(limited.finishReason()).isEqualTo(FinishReason.LENGTH);
        });
        assertThat(result(request)).satisfies(cut -> {
            assertThat(cut.text()).isEqualTo("0123456789");
            assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
        });
    }

    @Test
    void keepsToItsStepsWhereAFormatForcesMore() throws InterruptedException {
        SCRIPT.reply(Reply.text("{\"temperature\": true}").tokensPerStep(3));

        GenerationResult result = result(GenerationRequest.builder(chat("?"))
                .format(
                        new AnswerFormat.JsonSchema(
                                "{\"type\": \"object\", \"properties\": {\"temperature\": {\"type\": \"boolean\"}}, \"required\": [\"temperature\"]}"))
                .build());

        assertThat(result.text()).isEqualTo("{\"temperature\": true}");
        assertThat(result.stats().kept()).allMatch(kept -> kept <= 3);
    }

    @Test
    void waitsAtAGateUntilTheTestOpensIt() throws InterruptedException {
        var gate = new Gate();
        SCRIPT.reply(Reply.text("Once upon").waitingAt(gate).then(" a time"));

        Generation generation = submit(GenerationRequest.builder(chat("?")).build());
        gate.awaitReached();

        await().until(() -> text().equals("Once upon"));
        assertThat(ENGINE.status().running()).isOne();
        gate.open();
        assertThat(generation.await().text()).isEqualTo("Once upon a time");
    }

    @Test
    void letsTimePassWhenTheTestDoes() throws InterruptedException {
        var gate = new Gate();
        SCRIPT.reply(Reply.text("Once upon").waitingAt(gate).then(" a time there was a dog"));
        Generation generation = submit(GenerationRequest.builder(chat("?"))
                .timeout(Duration.ofHours(1))
                .build());
        gate.awaitReached();

        SCRIPT.advance(Duration.ofHours(2));
        gate.open();

        assertThat(generation.await().finishReason()).isEqualTo(FinishReason.DEADLINE);
    }

    @Test
    void failsInTheMiddleOfAnAnswerAndGoesOnWithTheNext() throws InterruptedException {
        SCRIPT.reply(Reply.text("Once").failing(new IllegalArgumentException("no more")), Reply.text("again"));

        assertThatThrownBy(() -> ask("?"))
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("no more");
        assertThat(text()).isEqualTo("Once");
        assertThat(ask("?").text()).isEqualTo("again");
    }

    @Test
    void rejectsARequest() {
        SCRIPT.reply(Reply.rejection(new EngineBusyException("full", Duration.ofSeconds(3))));

        assertThatThrownBy(() -> ask("?"))
                .isInstanceOfSatisfying(
                        EngineBusyException.class,
                        busy -> assertThat(busy.retryAfter()).hasValue(Duration.ofSeconds(3)));
        assertThat(SCRIPT.requests()).hasSize(1);
    }

    @Test
    void diesOfALastingFailureOfItsDevice() {
        var script = new TidarScript().reply(Reply.text("Once").failing(new DeviceException("the GPU is gone", null)));
        try (TidarEngine engine = script.load()) {
            Generation generation =
                    engine.submit(GenerationRequest.builder(chat("?")).build(), GenerationListener.NONE);

            assertThatThrownBy(generation::await).isInstanceOf(DeviceException.class);
            await().until(() -> engine.status().state() == EngineState.DEAD);
        }
    }

    @Test
    void opensItsGatesWhenItIsReset() throws InterruptedException {
        var gate = new Gate();
        SCRIPT.reply(Reply.text("Once").waitingAt(gate).then(" more"));
        Generation generation = submit(GenerationRequest.builder(chat("?")).build());
        gate.awaitReached();

        SCRIPT.reset();

        generation.await();
    }

    private GenerationResult ask(String question) throws InterruptedException {
        return result(GenerationRequest.builder(chat(question)).build());
    }

    private GenerationResult result(GenerationRequest request) throws InterruptedException {
        return submit(request).await();
    }

    private Generation submit(GenerationRequest request) {
        chunks.clear();
        return ENGINE.submit(request, new GenerationListener() {
            @Override
            public void onChunk(TokenChunk chunk) {
                chunks.add(chunk);
            }
        });
    }

    private String text() {
        return String.join("", chunks.stream().map(TokenChunk::text).toList());
    }

    private static Prompt.Chat chat(String question) {
        return new Prompt.Chat(List.of(ChatMessage.user(question)));
    }

    private static String last(GenerationRequest request) {
        List<ChatMessage> messages = ((Prompt.Chat) request.prompt()).messages();
        return messages.get(messages.size() - 1).text();
    }
}
