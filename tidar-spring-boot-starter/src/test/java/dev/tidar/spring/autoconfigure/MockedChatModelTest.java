package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

import dev.tidar.TidarEngine;
import dev.tidar.spring.TidarHealthIndicator;
import dev.tidar.spring.TidarMeterBinder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

/** The model of these tests does not exist, so to load it would fail. */
@SpringBootTest(properties = {"spring.ai.model.chat=tidar", "tidar.model=/nowhere"})
@DisplayName("A test that mocks ChatModel")
class MockedChatModelTest {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        TidarEngineAutoConfiguration.class,
        TidarChatAutoConfiguration.class,
        TidarHealthContributorAutoConfiguration.class,
        TidarMetricsAutoConfiguration.class,
        TidarEndpointAutoConfiguration.class
    })
    static class Application {
        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    @MockitoBean
    ChatModel model;

    @Autowired
    ConfigurableListableBeanFactory beans;

    @Autowired
    TidarHealthIndicator health;

    @Autowired
    TidarMeterBinder meters;

    @Autowired
    MeterRegistry registry;

    @Test
    void loadsNoModel() {
        given(model.call("Hello")).willReturn("Hi");

        assertThat(beans.getBean(ChatModel.class).call("Hello")).isEqualTo("Hi");
        assertThat(beans.getBeanNamesForType(TidarEngine.class, true, false)).noneMatch(beans::containsSingleton);
    }

    @Test
    void isHealthyAndMeasuredWithoutAnEngine() {
        meters.bindTo(registry);

        assertThat(health.health().getStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(registry.getMeters()).isEmpty();
    }
}
