package dev.tidar.openai.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import dev.tidar.openai.ChatCompletions;
import dev.tidar.openai.Reply;
import dev.tidar.openai.ServedModels;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.autoconfigure.TidarModelsAutoConfiguration;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.core.io.ClassPathResource;
import org.springframework.security.config.Customizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The auto-configuration of the API")
class OpenAiApiAutoConfigurationTest {

    private static final String KEY = "tidar.openai.api-keys[0]=a-key-of-16-letters";

    private static final AutoConfigurations OURS = AutoConfigurations.of(
            OpenAiApiAutoConfiguration.class, OpenAiRateAutoConfiguration.class, OpenAiSecurityAutoConfiguration.class);

    private final ReactiveWebApplicationContextRunner webFlux = new ReactiveWebApplicationContextRunner()
            .withConfiguration(OURS)
            .withBean(TidarChatModel.class, OpenAiApiAutoConfigurationTest::model);

    @Test
    void servesOnWebFluxAndOnSpringMvc() {
        webFlux.run(context -> assertThat(context)
                .hasSingleBean(org.springframework.web.reactive.function.server.RouterFunction.class)
                .doesNotHaveBean(org.springframework.web.servlet.function.RouterFunction.class));
        new WebApplicationContextRunner()
                .withConfiguration(OURS)
                .withBean(TidarChatModel.class, OpenAiApiAutoConfigurationTest::model)
                .run(context -> assertThat(context)
                        .hasSingleBean(org.springframework.web.servlet.function.RouterFunction.class)
                        .doesNotHaveBean(org.springframework.web.reactive.function.server.RouterFunction.class));
    }

    @Test
    void servesEachOfSeveralModelsUnderItsName() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TidarModelsAutoConfiguration.class,
                        OpenAiApiAutoConfiguration.class,
                        OpenAiRateAutoConfiguration.class))
                .withPropertyValues(
                        "tidar.models.small.model=" + StoriesModel.in(Path.of("target", "models", "several")),
                        "tidar.models.small.keep-alive=5m",
                        "tidar.models.large.model=" + StoriesModel.in(Path.of("target", "models", "several")),
                        "tidar.models.large.keep-alive=5m")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Reply list = context.getBean(ServedModels.class).list();
                    assertThat(list).asString().contains("\"id\":\"small\"").contains("\"id\":\"large\"");
                });
    }

    @Test
    void isOffWhereItIsSwitchedOffOrThereIsNothingToServe() {
        webFlux.withPropertyValues("tidar.openai.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(ChatCompletions.class));
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(OURS)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ChatCompletions.class));
        new ApplicationContextRunner()
                .withConfiguration(OURS)
                .withBean(TidarChatModel.class, OpenAiApiAutoConfigurationTest::model)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ChatCompletions.class));
    }

    @Test
    void doesNotStartWithKeysAndWithoutSpringSecurity() {
        webFlux.withClassLoader(new FilteredClassLoader(Customizer.class))
                .withPropertyValues(KEY)
                .run(context -> {
                    assertThat(context).hasFailed();
                    FailureAnalysis advice = new MissingLibraryFailureAnalyzer().analyze(context.getStartupFailure());
                    assertThat(advice.getDescription())
                            .isEqualTo("tidar.openai.api-keys needs Spring Security, which is not on the class path.");
                    assertThat(advice.getAction()).isEqualTo("""
                            Add Spring Security to the dependencies:

                                <dependency>
                                    <groupId>org.springframework.boot</groupId>
                                    <artifactId>spring-boot-starter-security</artifactId>
                                </dependency>

                            or leave tidar.openai.api-keys unset.""");
                });
    }

    @Test
    void doesNotStartWithARateAndWithoutResilience4j() {
        webFlux.withClassLoader(new FilteredClassLoader(RateLimiter.class))
                .withPropertyValues("tidar.openai.rate-limit.requests=5")
                .run(context -> {
                    assertThat(context).hasFailed();
                    FailureAnalysis advice = new MissingLibraryFailureAnalyzer().analyze(context.getStartupFailure());
                    assertThat(advice.getAction()).isEqualTo("""
                            Add Resilience4j to the dependencies:

                                <dependency>
                                    <groupId>io.github.resilience4j</groupId>
                                    <artifactId>resilience4j-ratelimiter</artifactId>
                                    <version>2.4.0</version>
                                </dependency>

                            or leave tidar.openai.rate-limit.requests unset.""");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "tidar.openai.path=v1,            tidar.openai.path must begin with / and not end with it",
        "tidar.openai.path=/v1/,          tidar.openai.path must begin with / and not end with it",
        "tidar.openai.path=/**,           tidar.openai.path must begin with / and not end with it",
        "tidar.openai.max-body-size=0B,   tidar.openai.max-body-size must be above 0",
        "tidar.openai.max-body-size=2GB,  tidar.openai.max-body-size must be above 0 and below 1GB",
        "tidar.openai.api-keys=short,     tidar.openai.api-keys must have at least 16 visible ASCII characters each",
        "tidar.openai.rate-limit.requests=0, tidar.openai.rate-limit.requests must be at least 1",
        "tidar.openai.rate-limit.period=0s,  tidar.openai.rate-limit.period must be positive"
    })
    void doesNotStartWithAValueOutOfRange(String property, String rule) {
        webFlux.withPropertyValues(property)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageStartingWith(rule));
    }

    @Test
    void describesEachOfItsKeys() throws IOException {
        try (InputStream in = new ClassPathResource("META-INF/spring-configuration-metadata.json").getInputStream()) {
            JsonNode properties = JsonMapper.shared().readTree(in).get("properties");
            assertThat(StreamSupport.stream(properties.spliterator(), false)
                            .filter(property ->
                                    property.get("name").stringValue().startsWith("tidar.openai")))
                    .allSatisfy(
                            property -> assertThat(property.get("description").stringValue())
                                    .matches("[A-Z].*\\."))
                    .extracting(property -> property.get("name").stringValue())
                    .containsExactlyInAnyOrder(
                            "tidar.openai.enabled",
                            "tidar.openai.path",
                            "tidar.openai.max-body-size",
                            "tidar.openai.api-keys",
                            "tidar.openai.rate-limit.requests",
                            "tidar.openai.rate-limit.period");
        }
    }

    private static TidarChatModel model() {
        TidarChatModel model = mock(TidarChatModel.class);
        given(model.status()).willReturn(Optional.empty());
        return model;
    }
}
