package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.spring.ModelEngine;
import dev.tidar.spring.TidarEndpoint;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for the actuator endpoint {@code tidar}. */
@AutoConfiguration(after = TidarEngineAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(TidarEngine.class)
@ConditionalOnAvailableEndpoint(TidarEndpoint.class)
public final class TidarEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    TidarEndpoint tidarEndpoint(BeanFactory beans) {
        var engine = new PresentEngine(beans);
        return new TidarEndpoint(
                () -> engine.engine().map(ModelEngine::of).stream().toList());
    }
}
