package dev.tidar.test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** The script of a test, from which the starter gets its engines. */
@AutoConfiguration
public final class ScriptedEngineAutoConfiguration {

    @Bean
    @Primary // before a starter that the application has
    @ConditionalOnMissingBean
    TidarScript tidarScript() {
        return new TidarScript();
    }
}
