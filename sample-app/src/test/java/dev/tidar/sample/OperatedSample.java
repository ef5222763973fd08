package dev.tidar.sample;

import dev.tidar.HeldEngine;
import dev.tidar.TidarEngine;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The application on a port of its own with everything that operators may switch on, and a tiny model whose forwards
 * can be held; started once for all classes marked so.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=health,metrics,prometheus,tidar",
            "management.endpoint.health.show-details=always",
            "management.endpoint.tidar.access=unrestricted"
        })
@AutoConfigureWebTestClient(timeout = "PT2M")
@AutoConfigureMetrics
@Import(OperatedSample.Engine.class)
@interface OperatedSample {

    @TestConfiguration(proxyBeanMethods = false)
    class Engine {

        @Bean
        HeldEngine heldEngine() {
            return new HeldEngine();
        }

        @Bean
        TidarEngine tidarEngine(HeldEngine held) {
            return held.load(Path.of(TinyModel.folder()));
        }
    }
}
