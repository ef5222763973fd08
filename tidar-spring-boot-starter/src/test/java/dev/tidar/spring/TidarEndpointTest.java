package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** As the actuator writes it: with Jackson. */
@DisplayName("The endpoint")
class TidarEndpointTest {

    @Test
    void showsTheWholeStatusOfALoadedEngine() {
        JsonNode status = json(Statuses.of(EngineState.READY));

        assertThat(status.get("state").asString()).isEqualTo("READY");
        assertThat(status.at("/loaded/model/contextLength").asInt()).isEqualTo(512);
        assertThat(status.at("/loaded/kv/cachedBytes").asInt()).isEqualTo(2048);
        assertThat(status.at("/totals/promptTokens").asInt()).isEqualTo(1000);
    }

    @Test
    void showsAnEngineThatHasNoModelAndWhy() {
        JsonNode status = json(Statuses.withoutModel(EngineState.DEAD, Optional.of("config.json is missing")));

        assertThat(status.get("name").asString()).isEqualTo("tiny");
        assertThat(status.get("failure").asString()).isEqualTo("config.json is missing");
        assertThat(status.get("loaded").isNull()).isTrue();
    }

    @Test
    void hasNothingToShowWithoutAnEngine() {
        assertThat(new TidarEndpoint(Optional::empty).status()).isNull();
    }

    private static JsonNode json(EngineStatus status) {
        return JsonMapper.shared().valueToTree(new TidarEndpoint(() -> Optional.of(status)).status());
    }
}
