package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.TokenText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** As the actuator writes it: with Jackson. */
@DisplayName("The endpoint")
class TidarEndpointTest {

    private final List<String> done = new ArrayList<>();

    @Test
    void showsTheWholeStatusOfALoadedEngine() {
        JsonNode status = json(endpoint(Statuses.of(EngineState.READY)).status());

        assertThat(status.get("state").asString()).isEqualTo("READY");
        assertThat(status.at("/loaded/model/contextLength").asInt()).isEqualTo(512);
        assertThat(status.at("/loaded/memory/weightBytes").asInt()).isEqualTo(4000);
        assertThat(status.at("/loaded/kv/cachedBytes").asInt()).isEqualTo(2048);
        assertThat(status.at("/loaded/decoding/mode").asString()).isEqualTo("AUTO");
        assertThat(status.at("/totals/promptTokens").asInt()).isEqualTo(1000);
        assertThat(status.at("/activity/requests/0/tokens").asInt()).isEqualTo(5);
        assertThat(status.at("/activity/limits/maxQueued").asInt()).isEqualTo(64);
        assertThat(status.at("/activity/steps/kinds/1/steps").asInt()).isEqualTo(10);
    }

    @Test
    void showsAnEngineThatHasNoModelAndWhy() {
        JsonNode status = json(endpoint(Statuses.withoutModel(EngineState.DEAD, Optional.of("config.json is missing")))
                .status());

        assertThat(status.get("name").asString()).isEqualTo("tiny");
        assertThat(status.get("failure").asString()).isEqualTo("config.json is missing");
        assertThat(status.get("loaded").isNull()).isTrue();
    }

    @Test
    void hasNothingToShowWithoutAnEngine() {
        assertThat(new TidarEndpoint(List::of).status()).isNull();
    }

    @Test
    void showsAnEngineByTheNameOfItsModel() {
        var endpoint = endpoint(Statuses.of(EngineState.READY));

        assertThat(json(endpoint.status("tiny")).get("name").asString()).isEqualTo("tiny");
        assertThat(endpoint.status("other")).isNull();
    }

    @Test
    void changesNothingUnlessTheApplicationAllowsIt() {
        assertThat(TidarEndpoint.class.getAnnotation(Endpoint.class).defaultAccess())
                .isEqualTo(Access.READ_ONLY);
    }

    @Test
    void dropsCachedPrefixes() {
        assertThat(change("clear-cache", null, null)).containsEntry("droppedBlocks", 3);
        assertThat(done).containsExactly("cleared");
    }

    @Test
    void changesHowRequestsDecodeThatLeaveItOpen() {
        change("mode", DecodeMode.TWO_PASS, "tiny");

        assertThat(done).containsExactly("decodes by " + Decoding.of(DecodeMode.TWO_PASS));
    }

    @Test
    void unloadsAnEngineThatIsLoadedAgainOnDemand() {
        change("unload", null, null);

        assertThat(done).containsExactly("unloaded");
    }

    @Test
    void rejectsAnOperationThatItDoesNotKnow() {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> change("format-disk", null, null))
                .withMessage("the operation must be clear-cache, mode or unload, but is format-disk");
    }

    @Test
    void rejectsAModeThatIsNotSet() {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> change("mode", null, null))
                .withMessage("mode must be one of [auto, single-pass, two-pass, draft-model, autoregressive],"
                        + " but is not set");
    }

    @Test
    void rejectsAModelThatIsNotThere() {
        assertThatExceptionOfType(InvalidEndpointRequestException.class)
                .isThrownBy(() -> change("clear-cache", null, "other"))
                .withMessage("model must be one of [tiny], but is other");
    }

    @Test
    void isUnavailableWhereTheEngineIsClosed() {
        var closed = new Recorded(Statuses.of(EngineState.DEAD)) {
            @Override
            public int clearPrefixCache() {
                throw new EngineClosedException("the engine is closed");
            }
        };

        var response = new TidarEndpoint(() -> List.of(closed)).change("clear-cache", null, null);

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getBody()).containsEntry("error", "the engine is closed");
    }

    private Map<String, Object> change(String operation, @Nullable DecodeMode mode, @Nullable String model) {
        return Objects.requireNonNull(endpoint(Statuses.of(EngineState.READY))
                .change(operation, mode, model)
                .getBody());
    }

    private TidarEndpoint endpoint(EngineStatus status) {
        return new TidarEndpoint(() -> List.of(new Recorded(status)));
    }

    private static JsonNode json(@Nullable Object status) {
        return JsonMapper.shared().valueToTree(status);
    }

    /** An engine that notes what is done to it. */
    private class Recorded implements ModelEngine {

        private final EngineStatus status;

        Recorded(EngineStatus status) {
            this.status = status;
        }

        @Override
        public Generation submit(GenerationRequest request, GenerationListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<EngineStatus> status() {
            return Optional.of(status);
        }

        @Override
        public Optional<TokenText> token(int id) {
            return Optional.empty();
        }

        @Override
        public int clearPrefixCache() {
            done.add("cleared");
            return 3;
        }

        @Override
        public void decodeBy(Decoding decoding) {
            done.add("decodes by " + decoding);
        }

        @Override
        public void unload() {
            done.add("unloaded");
        }
    }
}
