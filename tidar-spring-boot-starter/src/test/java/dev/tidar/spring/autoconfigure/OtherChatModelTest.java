package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import dev.tidar.TidarEngine;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@DisplayName("An application with another chat model, or none")
class OtherChatModelTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TidarEngineAutoConfiguration.class,
                    TidarChatAutoConfiguration.class,
                    TidarHealthContributorAutoConfiguration.class,
                    TidarMetricsAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class,
                    HealthEndpointAutoConfiguration.class))
            .withPropertyValues("management.endpoint.health.group.readiness.include=tidar");

    @ParameterizedTest
    @ValueSource(strings = {"none", "ollama"})
    void startsWithTheReadinessGroupThatOthersNeed(String selected) {
        application
                .withPropertyValues("spring.ai.model.chat=" + selected)
                .run(context -> assertThat(context.getBean(HealthEndpoint.class)
                                .healthForPath("readiness")
                                .getStatus())
                        .isEqualTo(Status.UNKNOWN));
    }

    @Test
    void needsNoTidarModelForItsOwn() {
        application
                .withBean("mine", ChatModel.class, () -> mock(ChatModel.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .getBeanNames(ChatModel.class)
                        .containsExactly("mine"));
    }

    @Test
    void hasBothIfItSelectsThisOne(@TempDir Path directory) {
        application
                .withPropertyValues("spring.ai.model.chat=tidar", "tidar.model=" + StoriesModel.in(directory))
                .withBean("mine", ChatModel.class, () -> mock(ChatModel.class))
                .run(context -> assertThat(context.getBeanNamesForType(ChatModel.class))
                        .containsExactlyInAnyOrder("mine", "tidarChatModel"));
    }

    @Test
    void mayUseTheEngineWithAChatModelThatItMakes(@TempDir Path directory) {
        application
                .withPropertyValues("tidar.model=" + StoriesModel.in(directory))
                .withUserConfiguration(ItsOwnTidarChatModel.class)
                .run(context -> assertThat(
                                context.getBean(TidarChatModel.class).call("Once upon a time"))
                        .isNotBlank());
    }

    @Configuration(proxyBeanMethods = false)
    static class ItsOwnTidarChatModel {
        @Bean
        TidarChatModel mine(TidarEngine engine) {
            return new TidarChatModel(engine);
        }
    }

    @Test
    void sharesAnEngineThatItClosesItself(@TempDir Path directory) {
        try (var engine = StoriesModel.load(directory)) {
            var shared = application.withBean(TidarEngine.class, () -> engine, bean -> bean.setDestroyMethodName(""));

            shared.run(first -> assertThat(first.getBean(TidarChatModel.class).call("Once"))
                    .isNotBlank());
            shared.run(second -> assertThat(second.getBean(TidarChatModel.class).call("Once"))
                    .isNotBlank());
        }
    }
}
