package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tidar.TidarEngine;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.ToolCallAtLimitException;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.AtLimit;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.support.ToolCallbacks;
import org.springframework.ai.tool.annotation.Tool;
import reactor.test.StepVerifier;

/** A model that wants to ask for the weather of San Francisco, and has no tokens for all of its call. */
@DisplayName("A call of a tool for which maxTokens is too small")
class ToolCallAtLimitTest {

    private static final int MAX_TOKENS = 65;
    private static final String QUESTION = "How is the weather in San Francisco?";

    private static TidarEngine engine;
    private static TidarChatModel model;

    static class Weather {

        @Tool(description = "The weather in a city")
        String weather(String city) {
            return city;
        }
    }

    @BeforeAll
    static void load() {
        engine = WeatherModel.load();
        model = new TidarChatModel(engine);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void isAnErrorWithItsBeginningWhereItIsRequired() {
        Prompt prompt = prompt(Tools.Choice.of("weather"), AtLimit.ERROR);

        assertThatExceptionOfType(ToolCallAtLimitException.class)
                .isThrownBy(() -> model.call(prompt))
                .satisfies(ToolCallAtLimitTest::hasTheBeginning);
        StepVerifier.create(model.stream(prompt))
                .expectErrorSatisfies(
                        failure -> hasTheBeginning((ToolCallAtLimitException) Objects.requireNonNull(failure)))
                .verify();
    }

    private static void hasTheBeginning(ToolCallAtLimitException failure) {
        assertThat(failure.partialCall().tool()).contains("weather");
        assertThat(failure.partialCall().text()).endsWith("\"city\": \"San Franci");
        assertThat(failure).hasMessageContaining("max-tokens = 65");
    }

    @Test
    void isFlaggedWhereItIsHandedOver() {
        Prompt prompt = prompt(Tools.Choice.of("weather"), AtLimit.HAND_OVER);

        ChatResponse whole = model.call(prompt);
        ChatResponse last = Objects.requireNonNull(model.stream(prompt).blockLast());

        for (ChatResponse response : List.of(whole, last)) {
            ChatGenerationMetadata metadata = response.getResult().getMetadata();
            ClosedByLimit place = metadata.get(TidarMetadata.CLOSED_BY_LIMIT);
            assertThat(metadata.getFinishReason()).isEqualTo("length");
            assertThat(Objects.requireNonNull(place).part()).isEqualTo(ClosedByLimit.Part.CALL);
            assertThat(response.getResult().getOutput().getToolCalls()).hasSize(1);
        }
    }

    @Test
    void isNeitherACallNorTextWhereTheModelMayCall() {
        ChatResponse answer = model.call(prompt(Tools.Choice.AUTO, AtLimit.ERROR));

        assertThat(answer.getResult().getMetadata().getFinishReason()).isEqualTo("length");
        assertThat(answer.getResult().getOutput().getToolCalls()).isEmpty();
        assertThat(answer.getResult().getOutput().getText()).isEmpty();
    }

    private static Prompt prompt(Tools.Choice choice, AtLimit atLimit) {
        return new Prompt(
                QUESTION,
                TidarChatOptions.builder()
                        .toolCallbacks(ToolCallbacks.from(new Weather()))
                        .toolChoice(choice)
                        .toolCallAtLimit(atLimit)
                        .maxTokens(MAX_TOKENS)
                        .build());
    }
}
