package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineClosedException;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarHealthIndicator;
import dev.tidar.spring.TidarMeterBinder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import reactor.test.StepVerifier;

@SpringBootTest(properties = "tidar.model=/nowhere")
@DisplayName("A test that mocks TidarEngine and tells it nothing")
class MockedEngineTest {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        TidarEngineAutoConfiguration.class,
        TidarChatAutoConfiguration.class,
        TidarHealthContributorAutoConfiguration.class,
        TidarMetricsAutoConfiguration.class
    })
    static class Application {
        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    @MockitoBean
    TidarEngine engine;

    @Autowired
    TidarChatModel model;

    @Autowired
    TidarHealthIndicator health;

    @Autowired
    TidarMeterBinder meters;

    @Autowired
    MeterRegistry registry;

    @Test
    void getsHealthAndMetersThatKnowNothing() {
        meters.bindTo(registry);

        assertThat(health.health().getStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(health.health().getDetails()).doesNotContainKey("error");
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void getsFromTheChatModelWhatTheEngineIsToldToThrow() {
        given(engine.submit(any(), any())).willThrow(new EngineClosedException("the engine is closed"));

        StepVerifier.create(model.stream(new Prompt("Once")))
                .expectError(EngineClosedException.class)
                .verify();
    }

    @Test
    void learnsThatTheEngineHasToBeToldWhatToSubmit() {
        StepVerifier.create(model.stream(new Prompt("Once")))
                .expectErrorMessage("TidarEngine.submit returned nothing: a mock has to be told what it returns")
                .verify();
    }
}
