package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.spring.TidarHealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for the health component {@code tidar}. */
@AutoConfiguration(after = TidarEngineAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(TidarEngine.class)
@ConditionalOnEnabledHealthIndicator("tidar")
public final class TidarHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "tidarHealthIndicator")
    TidarHealthIndicator tidarHealthIndicator(TidarEngine engine) {
        return new TidarHealthIndicator(engine::status);
    }
}
