package dev.tidar.spring.autoconfigure;

import dev.tidar.EngineStarter;
import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.ModelSource;
import dev.tidar.spring.autoconfigure.TidarProperties.LoadMode;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration for {@link TidarEngine}, active unless another chat model is selected or the application has an
 * engine of its own, which it then closes itself.
 */
@AutoConfiguration
@ConditionalOnClass(TidarEngine.class)
@Conditional(NoNamedModels.class)
@ConditionalOnMissingBean(TidarEngine.class)
@ConditionalOnProperty(name = SpringAIModelProperties.CHAT_MODEL, havingValue = "tidar", matchIfMissing = true)
@EnableConfigurationProperties(TidarProperties.class)
public final class TidarEngineAutoConfiguration {

    /**
     * Makes the engine when a bean needs it: the chat model, unless a test mocks it, or a bean of the application. The
     * place of the model and the settings are checked before the application has started, in either mode.
     */
    @Bean(destroyMethod = "close")
    @Lazy
    TidarEngine tidarEngine(
            TidarProperties properties,
            ResourceLoader resources,
            Environment environment,
            ObjectProvider<EngineStarter> starters) {
        EngineStarter starter = starter(starters);
        EngineOptions options = options(properties, resources, starter);
        OtherEngines.hint();
        TidarEngine engine = starter.start(options);
        if (properties.loadMode() == LoadMode.EAGER) {
            EagerLoad.await(engine);
        } else {
            new LoadFailureLog(ModelAdvice.of("tidar", environment)).watch(engine);
        }
        return engine;
    }

    @Bean
    TidarEngineLifecycle tidarEngineLifecycle(
            BeanFactory beans, TidarProperties properties, ObjectProvider<LifecycleProperties> lifecycle) {
        var phase = lifecycle.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase();
        return new TidarEngineLifecycle(
                new PresentEngine(beans),
                TidarEngineLifecycle.drainTime(properties.shutdown().drainTime(), phase));
    }

    /** What starts the engines of an application. */
    static EngineStarter starter(ObjectProvider<EngineStarter> starters) {
        return starters.getIfAvailable(() -> TidarEngine::start);
    }

    /** How a model is loaded, with its folders unpacked where they are inside a jar. */
    static EngineOptions options(TidarProperties properties, ResourceLoader resources, EngineStarter starter) {
        return new EngineSettings(properties)
                .options(
                        starter.model().orElseGet(() -> model(properties, resources)),
                        draftFolder(properties, resources, starter));
    }

    private static ModelSource model(TidarProperties properties, ResourceLoader resources) {
        if (!StringUtils.hasText(properties.model())) {
            throw new ModelNotSetException();
        }
        return new ModelLocation(properties.model()).source(resources, cache(properties));
    }

    /** The folder of its draft model; empty where it has none. */
    private static Optional<Path> draftFolder(
            TidarProperties properties, ResourceLoader resources, EngineStarter starter) {
        if (!StringUtils.hasText(properties.draftModel())) {
            return Optional.empty();
        }
        Optional<ModelSource> replaced = starter.model();
        return Optional.of(
                replaced.isPresent()
                        ? Path.of(replaced.get().name())
                        : new ModelLocation(properties.draftModel(), "tidar.draft-model")
                                .resolve(resources, cache(properties)));
    }

    private static ModelCache cache(TidarProperties properties) {
        return properties.modelCache() == null
                ? ModelCache.underTemporaryDirectory()
                : ModelCache.in(properties.modelCache());
    }
}
