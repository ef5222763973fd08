package dev.tidar.routing.autoconfigure;

import dev.tidar.routing.Router;
import dev.tidar.routing.RoutingChatModel;
import dev.tidar.routing.observation.RoutingHealthIndicator;
import dev.tidar.routing.observation.RoutingMeterBinder;
import dev.tidar.spring.PrefixCacheSaltResolver;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarChatOptions;
import dev.tidar.spring.autoconfigure.TidarChatAutoConfiguration;
import dev.tidar.spring.autoconfigure.TidarModelsAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.Optional;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/**
 * Auto-configuration for a chat model over the engines of this application and servers elsewhere, which is then the
 * primary one.
 */
@AutoConfiguration(
        after = {TidarChatAutoConfiguration.class, TidarModelsAutoConfiguration.class},
        before = ChatClientAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "tidar.routing.enabled")
@EnableConfigurationProperties(RoutingProperties.class)
public final class RoutingAutoConfiguration {

    @Bean
    @Primary
    @ConditionalOnMissingBean
    RoutingChatModel routingChatModel(
            RoutingProperties properties,
            ListableBeanFactory beans,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<PrefixCacheSaltResolver> salts) {
        Map<String, TidarChatModel> chats = beans.getBeansOfType(TidarChatModel.class);
        var router = new Router(
                Nodes.of(properties, chats, observations.getIfUnique(() -> ObservationRegistry.NOOP)),
                properties.rule(),
                properties.prefix().options(),
                Optional.ofNullable(properties.model()));
        return new RoutingChatModel(router, defaults(chats), salts.getIfAvailable(() -> PrefixCacheSaltResolver.NONE));
    }

    /** A server elsewhere gets the defaults of the one model that is here; several have defaults of their own. */
    private static TidarChatOptions defaults(Map<String, TidarChatModel> chats) {
        return chats.size() == 1
                ? chats.values().iterator().next().getOptions()
                : TidarChatOptions.builder().build();
    }

    /** Health of the nodes. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    @ConditionalOnEnabledHealthIndicator("tidar-routing")
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "tidarRoutingHealthIndicator")
        RoutingHealthIndicator tidarRoutingHealthIndicator(RoutingChatModel model) {
            return new RoutingHealthIndicator(model.router().nodes());
        }
    }

    /** Meters of the nodes. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class MetricsConfiguration {

        @Bean
        @ConditionalOnMissingBean
        RoutingMeterBinder tidarRoutingMeterBinder(RoutingChatModel model) {
            return new RoutingMeterBinder(model.router().nodes());
        }
    }
}
