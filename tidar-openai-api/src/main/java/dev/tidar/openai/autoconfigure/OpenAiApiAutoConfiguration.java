package dev.tidar.openai.autoconfigure;

import dev.tidar.openai.ChatCompletions;
import dev.tidar.openai.RequestRate;
import dev.tidar.openai.ServedModel;
import dev.tidar.openai.ServedModels;
import dev.tidar.openai.web.ApiPaths;
import dev.tidar.openai.web.ServletEndpoints;
import dev.tidar.openai.web.WebFluxEndpoints;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.autoconfigure.TidarChatAutoConfiguration;
import dev.tidar.spring.autoconfigure.TidarModelsAutoConfiguration;
import java.time.Clock;
import java.time.Instant;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration for the OpenAI-compatible API over every {@link TidarChatModel} of the application, on WebFlux or
 * Spring MVC. Keys and rates are those of {@link OpenAiSecurityAutoConfiguration} and
 * {@link OpenAiRateAutoConfiguration}.
 */
@AutoConfiguration(
        after = {TidarChatAutoConfiguration.class, TidarModelsAutoConfiguration.class, OpenAiRateAutoConfiguration.class
        })
@ConditionalOnBean(TidarChatModel.class)
@ConditionalOnWebApplication
@ConditionalOnBooleanProperty(name = "tidar.openai.enabled", matchIfMissing = true)
@EnableConfigurationProperties(OpenAiApiProperties.class)
public final class OpenAiApiAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ServedModels openAiModels(ObjectProvider<TidarChatModel> models) {
        Instant now = Instant.now();
        return new ServedModels(
                models.orderedStream().map(model -> new ServedModel(model, now)).toList());
    }

    @Bean
    ChatCompletions openAiChatCompletions(
            ServedModels models,
            ObjectProvider<RequestRate> rate,
            OpenAiApiProperties properties,
            ResourceLoader resources) {
        new OptionalLibraries(resources).requireFor(properties);
        return new ChatCompletions(models, rate.getIfAvailable(() -> RequestRate.UNLIMITED), Clock.systemUTC());
    }

    private static ApiPaths paths(OpenAiApiProperties properties) {
        return new ApiPaths(properties.path(), (int) properties.maxBodySize().toBytes());
    }

    /** The routes of a WebFlux application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnClass(org.springframework.web.reactive.function.server.RouterFunction.class)
    static class OnWebFlux {

        @Bean
        @ConditionalOnMissingBean(name = "openAiRoutes")
        org.springframework.web.reactive.function.server.RouterFunction<
                        org.springframework.web.reactive.function.server.ServerResponse>
                openAiRoutes(ChatCompletions completions, ServedModels models, OpenAiApiProperties properties) {
            return new WebFluxEndpoints(completions, models, paths(properties)).routes();
        }
    }

    /** The routes of a Spring MVC application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(org.springframework.web.servlet.function.RouterFunction.class)
    static class OnSpringMvc {

        @Bean
        @ConditionalOnMissingBean(name = "openAiRoutes")
        org.springframework.web.servlet.function.RouterFunction<org.springframework.web.servlet.function.ServerResponse>
                openAiRoutes(ChatCompletions completions, ServedModels models, OpenAiApiProperties properties) {
            return new ServletEndpoints(completions, models, paths(properties)).routes();
        }
    }
}
