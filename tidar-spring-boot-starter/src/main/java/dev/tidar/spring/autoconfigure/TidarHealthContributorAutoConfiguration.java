package dev.tidar.spring.autoconfigure;

import dev.tidar.spring.TidarHealthIndicator;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the health component {@code tidar}. It is there also while another chat model is selected, so
 * that health groups may name it in every environment; it is UNKNOWN then.
 */
@AutoConfiguration(after = TidarEngineAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("tidar")
public final class TidarHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "tidarHealthIndicator")
    TidarHealthIndicator tidarHealthIndicator(BeanFactory beans) {
        return new TidarHealthIndicator(new PresentEngine(beans));
    }
}
