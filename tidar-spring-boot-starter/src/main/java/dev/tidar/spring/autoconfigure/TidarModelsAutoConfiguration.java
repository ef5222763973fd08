package dev.tidar.spring.autoconfigure;

import dev.tidar.EngineStarter;
import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.spring.ModelEngine;
import dev.tidar.spring.OnDemandEngine;
import dev.tidar.spring.PrefixCacheSaltResolver;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarEndpoint;
import dev.tidar.spring.TidarHealthIndicator;
import dev.tidar.spring.TidarMeterBinder;
import dev.tidar.spring.TidarMeterObservationHandler;
import dev.tidar.spring.TidarModels;
import dev.tidar.spring.autoconfigure.TidarProperties.LoadMode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/** Auto-configuration for several models in one application, each under a name below {@code tidar.models}. */
@AutoConfiguration(
        after = ToolCallingAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
        before = {
            TidarEngineAutoConfiguration.class,
            TidarHealthContributorAutoConfiguration.class,
            ChatClientAutoConfiguration.class
        })
@Conditional(OnNamedModels.class)
@ConditionalOnProperty(name = SpringAIModelProperties.CHAT_MODEL, havingValue = "tidar", matchIfMissing = true)
@Import(NamedChatModels.class)
public final class TidarModelsAutoConfiguration {

    @Bean(destroyMethod = "close")
    TidarModels tidarModels(
            Environment environment,
            ResourceLoader resources,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<ChatModelObservationConvention> convention,
            ObjectProvider<PrefixCacheSaltResolver> salts,
            ObjectProvider<EngineStarter> starters) {
        EngineStarter starter = TidarEngineAutoConfiguration.starter(starters);
        Map<String, OnDemandEngine> engines = new LinkedHashMap<>();
        Map<String, TidarChatModel> chatModels = new LinkedHashMap<>();
        Map<String, NamedModel> all = NamedModel.all(environment);
        all.forEach((name, model) -> {
            OnDemandEngine engine = engine(model, resources, starter);
            engines.put(name, engine);
            chatModels.put(
                    name,
                    TidarChatAutoConfiguration.chatModel(engine, model.settings(), observations, convention, salts));
        });
        var models = new TidarModels(engines, chatModels);
        all.values().stream().filter(model -> !model.isOnDemand()).forEach(model -> load(model, models, environment));
        return models;
    }

    /** Its place and settings are checked here, whenever it is loaded. */
    private static OnDemandEngine engine(NamedModel model, ResourceLoader resources, EngineStarter starter) {
        try {
            EngineOptions options = TidarEngineAutoConfiguration.options(model.settings(), resources, starter);
            return new OnDemandEngine(model.name(), () -> starter.start(options), model.keepAlive());
        } catch (RuntimeException e) {
            throw new NamedModelException(model.prefix(), e);
        }
    }

    /** Loads what stays loaded; what could be loaded until one fails is freed again. */
    private static void load(NamedModel model, TidarModels models, Environment environment) {
        try {
            load(models.engine(model.name()).orElseThrow().load(), model, environment);
        } catch (RuntimeException e) {
            models.close();
            throw new NamedModelException(model.prefix(), e);
        }
    }

    private static void load(TidarEngine engine, NamedModel model, Environment environment) {
        if (model.settings().loadMode() == LoadMode.EAGER) {
            EagerLoad.await(engine);
        } else {
            new LoadFailureLog(ModelAdvice.of(model.prefix(), environment)).watch(engine);
        }
    }

    @Bean
    TidarEngineLifecycle tidarModelsLifecycle(
            TidarModels models, Environment environment, ObjectProvider<LifecycleProperties> lifecycle) {
        var phase = lifecycle.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase();
        Duration drainTime = NamedModel.all(environment).values().stream()
                .map(model -> TidarEngineLifecycle.drainTime(
                        model.settings().shutdown().drainTime(), phase))
                .max(Duration::compareTo)
                .orElseThrow();
        List<EndingEngine> engines =
                models.engines().stream().map(EndingEngine::of).toList();
        return new TidarEngineLifecycle(() -> engines, drainTime);
    }

    /** Health of each model below the component {@code tidar}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({CompositeHealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
    @ConditionalOnEnabledHealthIndicator("tidar")
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "tidarHealthIndicator")
        CompositeHealthContributor tidarHealthIndicator(TidarModels models) {
            Map<String, TidarHealthIndicator> indicators = new LinkedHashMap<>();
            models.engines().forEach(engine -> indicators.put(engine.name(), new TidarHealthIndicator(engine::status)));
            return CompositeHealthContributor.fromMap(indicators);
        }
    }

    /** The endpoint over all models. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    @ConditionalOnAvailableEndpoint(TidarEndpoint.class)
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnMissingBean
        TidarEndpoint tidarEndpoint(TidarModels models) {
            return new TidarEndpoint(() -> List.<ModelEngine>copyOf(models.engines()));
        }
    }

    /** Meters of each model. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class MetricsConfiguration {

        @Bean
        MeterBinder tidarModelsMeterBinder(TidarModels models) {
            return registry ->
                    models.engines().forEach(engine -> new TidarMeterBinder(engine::status).bindTo(registry));
        }

        @Bean
        @ConditionalOnMissingBean
        TidarMeterObservationHandler tidarMeterObservationHandler(MeterRegistry registry) {
            return new TidarMeterObservationHandler(registry);
        }
    }
}
