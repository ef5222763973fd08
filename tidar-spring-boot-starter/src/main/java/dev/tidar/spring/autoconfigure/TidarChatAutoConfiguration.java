package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.spring.ModelEngine;
import dev.tidar.spring.PrefixCacheSaltResolver;
import dev.tidar.spring.TidarChatModel;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auto-configuration for {@link TidarChatModel}, active unless another chat model is selected. Beside a chat model of
 * the application it has to be selected.
 */
@AutoConfiguration(
        after = {TidarEngineAutoConfiguration.class, ToolCallingAutoConfiguration.class},
        before = ChatClientAutoConfiguration.class)
@ConditionalOnBean(TidarEngine.class)
@ConditionalOnProperty(name = SpringAIModelProperties.CHAT_MODEL, havingValue = "tidar", matchIfMissing = true)
@EnableConfigurationProperties(TidarProperties.class)
public final class TidarChatAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @Conditional(NoOtherChatModel.class)
    TidarChatModel tidarChatModel(
            TidarEngine engine,
            TidarProperties properties,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<ChatModelObservationConvention> convention,
            ObjectProvider<PrefixCacheSaltResolver> salts) {
        return chatModel(ModelEngine.of(engine), properties, observations, convention, salts);
    }

    /** The chat model on an engine, with what the application has for it. */
    static TidarChatModel chatModel(
            ModelEngine engine,
            TidarProperties properties,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<ChatModelObservationConvention> convention,
            ObjectProvider<PrefixCacheSaltResolver> salts) {
        var model = new TidarChatModel(
                engine, properties.chat().options(), observations.getIfUnique(() -> ObservationRegistry.NOOP));
        model.setReportHits(properties.prefixCache().reportHits());
        convention.ifAvailable(model::setObservationConvention);
        salts.ifAvailable(model::setPrefixCacheSaltResolver);
        return model;
    }
}
