package dev.tidar.routing.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Tools;
import dev.tidar.routing.RoutedRequest;
import dev.tidar.spring.TidarChatOptions;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatOptions;

@DisplayName("The options of a request to a server elsewhere")
class RemoteOptionsTest {

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void areHonouredWhereTheyAreOpenAis(Dialect dialect) {
        assertThat(cannotHonour(
                        dialect,
                        TidarChatOptions.builder()
                                .temperature(0.5)
                                .maxTokens(3)
                                .seed(1L)
                                .outputSchema("{}")
                                .mode(DecodeMode.TWO_PASS)
                                .draftLength(4)))
                .isEmpty();
    }

    @Test
    void areHonouredByServersOfOpenModelsWhereOpenAiHasNone() {
        var options = TidarChatOptions.builder().topK(5);

        assertThat(cannotHonour(Dialect.OPENAI, options)).contains("top-k");
        assertThat(cannotHonour(Dialect.TIDAR, options)).isEmpty();
        assertThat(cannotHonour(Dialect.VLLM, options)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void areNotLeftOutWhereTheyWouldChangeTheAnswer(Dialect dialect) {
        assertThat(cannotHonour(dialect, TidarChatOptions.builder().regex("[ab]")))
                .contains("regex");
        assertThat(cannotHonour(dialect, TidarChatOptions.builder().choices(List.of("a", "b"))))
                .contains("choices");
        assertThat(cannotHonour(dialect, TidarChatOptions.builder().logProbs(2)))
                .contains("logprobs");
        assertThat(cannotHonour(dialect, TidarChatOptions.builder().thinkingBudget(9)))
                .contains("thinking-budget");
    }

    @Test
    void keepUsersApartWhereTheServerCan() {
        var options = TidarChatOptions.builder().cacheSalt("user:anne");

        assertThat(cannotHonour(Dialect.TIDAR, options)).contains("cache-salt");
        assertThat(cannotHonour(Dialect.VLLM, options)).isEmpty();
        assertThat(new RemoteOptions("m", Dialect.VLLM)
                        .of(request(options), "1")
                        .getExtraBody())
                .containsEntry("cache_salt", "user:anne");
    }

    @Test
    void nameTheOneToolThatMustBeCalled() {
        OpenAiChatOptions sent = new RemoteOptions("m", Dialect.TIDAR)
                .of(request(TidarChatOptions.builder().toolChoice(Tools.Choice.of("weather"))), "1");

        assertThat(sent.getToolChoice()).isEqualTo("{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://host/v1",
                "http:///v1",
                "http://user:secret@host/v1",
                "http://host/v1?key=secret",
                "host:80"
            })
    void goToNoAddressThatHidesSomething(String url) {
        Assertions.assertThatThrownBy(() -> new RemoteAddress(URI.create(url), Optional.empty()))
                .hasMessageStartingWith("base-url must be http")
                .hasMessageNotContaining("secret");
    }

    @Test
    void doNotShowTheKey() {
        assertThat(new RemoteAddress(URI.create("http://host/v1"), Optional.of("sk-secret")))
                .hasToString("RemoteAddress[baseUrl=http://host/v1, apiKey=(hidden)]");
    }

    private static Optional<String> cannotHonour(Dialect dialect, TidarChatOptions.Builder options) {
        return new RemoteOptions("m", dialect).cannotHonour(request(options).requestOptions());
    }

    private static RoutedRequest request(TidarChatOptions.Builder options) {
        TidarChatOptions built = options.build();
        return new RoutedRequest(new Prompt("Hello", built), built, Optional.ofNullable(built.getCacheSalt()));
    }
}
