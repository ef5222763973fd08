package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.spring.TidarMeterBinder;
import dev.tidar.spring.TidarMeterObservationHandler;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for the meters of an engine. */
@AutoConfiguration(
        after = TidarEngineAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({TidarEngine.class, MeterRegistry.class})
public final class TidarMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TidarMeterBinder tidarMeterBinder(BeanFactory beans) {
        return new TidarMeterBinder(new PresentEngine(beans));
    }

    @Bean
    @ConditionalOnMissingBean
    TidarMeterObservationHandler tidarMeterObservationHandler(MeterRegistry registry) {
        return new TidarMeterObservationHandler(registry);
    }
}
