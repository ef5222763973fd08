package dev.tidar.sample;

import dev.tidar.test.AutoConfigureScriptedEngine;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;

/**
 * The application on a port of its own with everything that operators may switch on, and a model whose answers the test
 * writes; started once for all classes marked so.
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
@AutoConfigureScriptedEngine
@interface OperatedSample {}
