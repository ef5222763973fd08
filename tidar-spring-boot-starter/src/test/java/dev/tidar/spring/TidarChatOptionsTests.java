package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Groups;
import dev.tidar.api.Tools;
import java.beans.PropertyDescriptor;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.test.options.AbstractChatOptionsTests;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.util.ReflectionUtils;

/** Spring AI's own tests of options, and what is ours. */
@DisplayName("Chat options")
class TidarChatOptionsTests extends AbstractChatOptionsTests<TidarChatOptions, TidarChatOptions.Builder> {

    @Override
    protected Class<TidarChatOptions> getConcreteOptionsClass() {
        return TidarChatOptions.class;
    }

    @Override
    protected TidarChatOptions.Builder readyToBuildBuilder() {
        return everyOption();
    }

    @Test
    void survivesAMutationWithEveryOption() {
        TidarChatOptions options = everyOption().build();

        assertThat(options.mutate().build()).isEqualTo(options).hasSameHashCodeAs(options);
        assertThat(options).hasNoNullFieldsOrProperties();
    }

    static Stream<TidarChatOptions> oneOptionApart() {
        return Stream.of(
                everyOption().model("other").build(),
                everyOption().temperature(0.1).build(),
                everyOption().maxTokens(1).build(),
                everyOption().stopSequences(List.of("other")).build(),
                everyOption().topK(1).build(),
                everyOption().topP(0.1).build(),
                everyOption().frequencyPenalty(0.1).build(),
                everyOption().presencePenalty(0.1).build(),
                everyOption().toolContext("other", 1).build(),
                everyOption().toolCallbacks(List.of()).build(),
                everyOption().minP(0.2).build(),
                everyOption().typicalP(0.2).build(),
                everyOption().repetitionPenalty(2.0).build(),
                everyOption().logitBias(Map.of(1, -3.0)).build(),
                everyOption().minTokens(1).build(),
                everyOption().stopIds(Set.of(8)).build(),
                everyOption().ignoreEos(true).build(),
                everyOption().logProbs(1).build(),
                everyOption().outputSchema("{\"type\": \"null\"}").build(),
                everyOption().regex("b").build(),
                everyOption().choices(List.of("maybe")).build(),
                everyOption().seed(1L).build(),
                everyOption().mode(DecodeMode.TWO_PASS).build(),
                everyOption().beta(1.0).build(),
                everyOption().draftLength(2).build(),
                everyOption().outcomes(Set.of(2)).build(),
                everyOption().groups(Groups.SHORT).build(),
                everyOption().toolChoice(Tools.Choice.NONE).build(),
                everyOption().toolCallAtLimit(Tools.AtLimit.HAND_OVER).build(),
                everyOption().thinking(false).build(),
                everyOption().thinkingBudget(1).build(),
                everyOption().timeout(Duration.ofSeconds(8)).build(),
                everyOption().cacheSalt("user:Tom").build());
    }

    @ParameterizedTest
    @MethodSource("oneOptionApart")
    void differWhenOneOptionDiffers(TidarChatOptions other) {
        assertThat(other).isNotEqualTo(everyOption().build());
    }

    static Stream<String> names() {
        return Stream.of(BeanUtils.getPropertyDescriptors(TidarChatOptions.class))
                .map(PropertyDescriptor::getName)
                .filter(name -> !name.equals("class"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void keepEveryOptionWhenMutatedCombinedAndFilledUp(String name) {
        TidarChatOptions every = everyOption().build();
        TidarChatOptions without = set(everyOption(), name, null).build();
        TidarChatOptions alone =
                set(TidarChatOptions.builder(), name, value(every, name)).build();

        assertThat(without).isNotEqualTo(every);
        assertThat(without.orElse(alone)).isEqualTo(every).hasSameHashCodeAs(every);
        assertThat(alone.mutate().build()).isEqualTo(alone);
        assertThat(value(without.mutate().combineWith(alone.mutate()).build(), name))
                .isEqualTo(value(every, name));
        assertThat(value(alone.mutate().clone().build(), name)).isEqualTo(value(every, name));
    }

    @Test
    void takeTheSchemaOfAnyOtherClass() {
        var schema = StructuredOutputChatOptions.builder().outputSchema("{}");

        assertThat(TidarChatOptions.from(schema.build()).getOutputSchema()).isEqualTo("{}");
        assertThat(TidarChatOptions.builder().combineWith(schema).build().getOutputSchema())
                .isEqualTo("{}");
    }

    private static @Nullable Object value(TidarChatOptions options, String name) {
        return new BeanWrapperImpl(options).getPropertyValue(name);
    }

    private static TidarChatOptions.Builder set(TidarChatOptions.Builder builder, String name, @Nullable Object value) {
        Class<?> type = BeanUtils.findPropertyType(name, TidarChatOptions.class);
        Method setter = Objects.requireNonNull(
                ReflectionUtils.findMethod(TidarChatOptions.Builder.class, name, type), "no setter of " + name);
        ReflectionUtils.invokeMethod(setter, builder, value);
        return builder;
    }

    @Test
    void areNotChangedByWhatHappensToTheirBuilderLater() {
        var builder = TidarChatOptions.builder().stopSequences(List.of("END")).seed(1L);
        TidarChatOptions options = builder.build();

        builder.seed(2L).stopSequences(List.of());

        assertThat(options.getSeed()).isEqualTo(1L);
        assertThat(options.getStopSequences()).containsExactly("END");
    }

    @Test
    void combineWithTheSetOptionsOfAnotherBuilder() {
        var combined = TidarChatOptions.builder()
                .seed(1L)
                .mode(DecodeMode.TWO_PASS)
                .temperature(0.5)
                .combineWith(TidarChatOptions.builder().seed(2L).draftLength(4).outcomes(Set.of(4)));

        assertThat(combined.build())
                .isEqualTo(TidarChatOptions.builder()
                        .seed(2L)
                        .mode(DecodeMode.TWO_PASS)
                        .temperature(0.5)
                        .draftLength(4)
                        .outcomes(Set.of(4))
                        .build());
    }

    @Test
    void takeWhatIsUnsetFromTheDefaultsAndNothingElse() {
        var asked = TidarChatOptions.builder()
                .temperature(0.0)
                .stopSequences(List.of("STOP"))
                .build();

        var resolved = asked.orElse(everyOption().build());

        assertThat(resolved)
                .isEqualTo(everyOption()
                        .temperature(0.0)
                        .stopSequences(List.of("STOP"))
                        .build());
    }

    @Test
    void takeThePortableOptionsOfAnyOtherClass() {
        ChatOptions portable = ChatOptions.builder()
                .temperature(0.3)
                .maxTokens(7)
                .topP(0.9)
                .topK(3)
                .frequencyPenalty(0.1)
                .presencePenalty(0.2)
                .stopSequences(List.of("END"))
                .model("other")
                .build();

        assertThat(TidarChatOptions.from(portable))
                .isEqualTo(TidarChatOptions.builder()
                        .temperature(0.3)
                        .maxTokens(7)
                        .topP(0.9)
                        .topK(3)
                        .frequencyPenalty(0.1)
                        .presencePenalty(0.2)
                        .stopSequences(List.of("END"))
                        .model("other")
                        .build());
    }

    private static final FunctionToolCallback<Map<String, Object>, String> TOOL = tool();

    private static FunctionToolCallback<Map<String, Object>, String> tool() {
        return FunctionToolCallback.<Map<String, Object>, String>builder("weather", arguments -> "sunny")
                .description("Weather of a city")
                .inputType(Map.class)
                .build();
    }

    private static TidarChatOptions.Builder everyOption() {
        return TidarChatOptions.builder()
                .model("stories")
                .temperature(0.8)
                .maxTokens(100)
                .stopSequences(List.of("END"))
                .topK(40)
                .topP(0.9)
                .frequencyPenalty(0.5)
                .presencePenalty(0.6)
                .toolCallbacks(TOOL)
                .toolChoice(Tools.Choice.REQUIRED)
                .toolCallAtLimit(Tools.AtLimit.ERROR)
                .thinking(true)
                .thinkingBudget(64)
                .toolContext(Map.of("user", "Sue"))
                .minP(0.05)
                .typicalP(0.95)
                .repetitionPenalty(1.1)
                .logitBias(Map.of(3, 1.5))
                .minTokens(2)
                .stopIds(Set.of(7))
                .ignoreEos(false)
                .logProbs(5)
                .outputSchema("{}")
                .regex("a+")
                .choices(List.of("yes", "no"))
                .seed(42L)
                .mode(DecodeMode.SINGLE_PASS)
                .beta(0.5)
                .draftLength(8)
                .outcomes(Set.of(1, 4))
                .groups(Groups.FULL)
                .timeout(Duration.ofSeconds(9))
                .cacheSalt("user:Sue");
    }
}
