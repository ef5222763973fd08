package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import java.nio.file.Path;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StringUtils;

/** Auto-configuration for {@link TidarEngine}, active unless another chat model is selected. */
@AutoConfiguration
@ConditionalOnClass(TidarEngine.class)
@ConditionalOnProperty(name = SpringAIModelProperties.CHAT_MODEL, havingValue = "tidar", matchIfMissing = true)
@EnableConfigurationProperties(TidarProperties.class)
public final class TidarEngineAutoConfiguration {

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    TidarEngine tidarEngine(TidarProperties properties, ResourceLoader resources) {
        if (!StringUtils.hasText(properties.model())) {
            throw new ModelNotSetException();
        }
        ModelCache cache = properties.modelCache() == null
                ? ModelCache.underTemporaryDirectory()
                : ModelCache.in(properties.modelCache());
        Path folder = new ModelLocation(properties.model()).resolve(resources, cache);
        return TidarEngine.load(options(folder, properties));
    }

    private static EngineOptions options(Path folder, TidarProperties properties) {
        var options = EngineOptions.builder(folder)
                .weights(properties.weights())
                .limits(Limits.builder()
                        .maxQueued(properties.queue().maxRequests())
                        .maxPromptCharacters(properties.maxPromptCharacters())
                        .build())
                .decoding(properties.decoding())
                .progress(new LoadProgressLog());
        ifSet(properties.threads(), options::threads);
        ifSet(properties.contextLength(), options::contextLength);
        ifSet(properties.maskTokenId(), options::maskTokenId);
        ifSet(properties.blockSize(), options::blockSize);
        var memory = properties.kvCache().memory();
        if (memory != null) {
            options.kvCache(KvCacheOptions.DEFAULT.withBytes(memory.toBytes()));
        }
        return options.build();
    }

    private static void ifSet(@Nullable Integer value, IntConsumer option) {
        if (value != null) {
            option.accept(value);
        }
    }
}
