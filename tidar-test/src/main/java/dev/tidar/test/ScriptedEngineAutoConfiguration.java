package dev.tidar.test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The script of a test, from which the starter gets its engines. */
@AutoConfiguration
public final class ScriptedEngineAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TidarScript tidarScript() {
        return new TidarScript();
    }
}
