package dev.tidar.sample.embedding;

import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The embedding model, unless the application has another one. */
@AutoConfiguration
public final class MiniLmAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    EmbeddingModel miniLmEmbeddingModel() {
        return new MiniLmEmbeddingModel();
    }
}
