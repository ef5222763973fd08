package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;

@RunningSample
@DisplayName("The sample application")
class SampleApplicationTest {

    private static final String MODEL = "models/smollm2-135m-instruct-tidar/";

    @Autowired
    WebTestClient http;

    @Autowired
    HealthEndpointGroups groups;

    @Test
    void servesThePage() {
        http.get()
                .uri("/")
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.TEXT_HTML)
                .expectBody(String.class)
                .value(page -> assertThat(page).contains("<title>TiDAR chat</title>"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/chat.css",
                "/answer.css",
                "/settings.css",
                "/extract.css",
                "/favicon.svg",
                "/extract.html",
                "/js/app.js",
                "/js/chats.js",
                "/js/conversations.js",
                "/js/engine.js",
                "/js/extract.js"
            })
    void servesWhatThePagesLoad(String path) {
        http.get().uri(path).exchange().expectStatus().isOk();
    }

    @Test
    void isHealthy() {
        http.get()
                .uri("/actuator/health")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("UP");
    }

    @Test
    void isReadyOnlyWithItsEngine() {
        http.get()
                .uri("/actuator/health/readiness")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo("UP");
        assertThat(groups.get("readiness").isMember("tidar")).isTrue();
    }

    @Test
    void exposesHealthAndMetricsOfTheActuatorAndNothingElse() {
        JsonNode links = get("/actuator").get("_links");

        assertThat(links.propertyNames())
                .containsExactlyInAnyOrder("self", "health", "health-path", "metrics", "metrics-requiredMetricName");
    }

    @Test
    void tellsThePageWhatTheEngineIs() {
        JsonNode facts = get("/api/engine");

        assertThat(facts.get("serving").asBoolean()).isTrue();
        assertThat(facts.at("/model/name").asString()).isEqualTo("smollm2-135m-instruct-tidar");
        assertThat(facts.at("/model/blockSize").asInt()).isEqualTo(8);
        assertThat(facts.at("/model/draftAdapter").asBoolean()).isTrue();
        assertThat(facts.at("/limits/maxTokens").asInt()).isEqualTo(4096);
    }

    @Test
    void tellsThePageWhatAutoChoseAndFromWhat() {
        JsonNode layout = get("/api/engine").get("layout");

        assertThat(layout.get("reason").asString()).isNotBlank();
        assertThat(layout.get("candidates").values())
                .allSatisfy(candidate ->
                        assertThat(candidate.get("tokensPerSecond").asDouble()).isPositive())
                .extracting(candidate -> candidate.get("name").asString())
                .contains(layout.get("chosen").asString());
        assertThat(layout.get("candidates").values())
                .extracting(candidate -> candidate.get("mode").asString())
                .contains("autoregressive", "two-pass");
    }

    @Test
    void carriesTheModelThatItsChecksumsName() throws IOException, NoSuchAlgorithmException {
        String[] lines = read("SHA256SUMS").split("\n");

        assertThat(lines).hasSize(11);
        for (String line : lines) {
            String file = line.substring(66);
            assertThat(sha256(file)).as(file).isEqualTo(line.substring(0, 64));
        }
    }

    private JsonNode get(String path) {
        return http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody();
    }

    private static String read(String file) throws IOException {
        return new ClassPathResource(MODEL + file).getContentAsString(StandardCharsets.UTF_8);
    }

    private static String sha256(String file) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = new DigestInputStream(new ClassPathResource(MODEL + file).getInputStream(), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
