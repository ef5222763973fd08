package dev.tidar.sample;

import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineActivity;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Totals;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;

/** What the page is told about an engine that has no model, with an engine that says so on command. */
@DisplayName("An engine without a model")
class LoadingTest {

    private final TidarEngine engine = mock(TidarEngine.class);

    private final WebTestClient http = WebTestClient.bindToController(new EngineController(engine))
            .controllerAdvice(new ProblemAdvice())
            .build();

    @ParameterizedTest
    @ValueSource(strings = {"/api/engine", "/api/activity"})
    void tellsHowFarLoadingHasCome(String path) {
        given(engine.status()).willReturn(status(EngineState.LOADING, Optional.empty()));

        http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectHeader()
                .valueEquals(HttpHeaders.RETRY_AFTER, "2")
                .expectBody()
                .jsonPath("$.detail")
                .isEqualTo("the model is being loaded: packing weights, 45 %");
    }

    @Test
    void saysWhyItWillNeverHaveOne() {
        given(engine.status()).willReturn(status(EngineState.DEAD, Optional.of("config.json is missing")));

        http.get()
                .uri("/api/engine")
                .exchange()
                .expectStatus()
                .isEqualTo(503)
                .expectHeader()
                .doesNotExist(HttpHeaders.RETRY_AFTER)
                .expectBody()
                .jsonPath("$.detail")
                .isEqualTo("the engine has no model: config.json is missing");
    }

    private static EngineStatus status(EngineState state, Optional<String> failure) {
        return new EngineStatus(
                state,
                "tiny",
                new LoadProgress("packing weights", 0.45),
                Optional.empty(),
                0,
                0,
                Totals.NONE,
                EngineActivity.NONE,
                failure);
    }
}
