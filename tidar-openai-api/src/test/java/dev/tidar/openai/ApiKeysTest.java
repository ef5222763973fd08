package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;

/** Keys and rates, with Spring Security and Resilience4j, on both web stacks. */
@DisplayName("An API with keys")
class ApiKeysTest {

    private static final String FIRST = "Bearer first-key-of-the-tests";
    private static final String SECOND = "Bearer second-key-of-the-tests";
    private static final String[] PROPERTIES = {
        "tidar.openai.path=/openai",
        "tidar.openai.api-keys=first-key-of-the-tests,second-key-of-the-tests",
        "tidar.openai.rate-limit.requests=2",
        "tidar.openai.rate-limit.period=1h"
    };

    private static final Map<WebApplicationType, TestApi> STARTED = new EnumMap<>(WebApplicationType.class);

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void letsThoseInWhoSendOne(WebApplicationType stack) {
        TestApi api = on(stack);

        assertThat(api.get("/openai/models", "Authorization", FIRST).statusCode())
                .isEqualTo(200);
        assertThat(api.get("/openai/models", "Authorization", SECOND.replace("Bearer", "bearer"))
                        .statusCode())
                .isEqualTo(200);
        for (String[] headers : new String[][] {
            {},
            {"Authorization", "Bearer "},
            {"Authorization", "Bearer first-key-of-the-test"},
            {"Authorization", FIRST + "s"},
            {"Authorization", FIRST.replace("Bearer", "Basic")}
        }) {
            assertRejected(api.get("/openai/models", headers));
            assertRejected(api.post("/openai/chat/completions", TestApi.stories(""), headers));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void leavesEverythingElseUnderTheRulesOfTheApplication(WebApplicationType stack) {
        HttpResponse<String> elsewhere =
                on(stack).get("/elsewhere", "Authorization", FIRST, "Accept", "application/json");

        assertThat(elsewhere.statusCode()).isEqualTo(401); // that of Boot, which locks what has no rules
        assertThat(elsewhere.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Basic");
    }

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void countsTheRequestsOfEachCaller(WebApplicationType stack) {
        TestApi api = on(stack);
        String request = TestApi.stories(", \"max_tokens\": 1");

        assertThat(api.post("/openai/chat/completions", request, "Authorization", FIRST)
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.post("/openai/chat/completions", request, "Authorization", FIRST)
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> third = api.post("/openai/chat/completions", request, "Authorization", FIRST);
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.headers().firstValue("Retry-After")).hasValue("3600");
        assertThat(TestApi.json(third).at("/error/code").stringValue()).isEqualTo("rate_limit_exceeded");
        assertThat(api.post("/openai/chat/completions", request, "Authorization", SECOND)
                        .statusCode())
                .isEqualTo(200);
    }

    private static void assertRejected(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(TestApi.json(response).at("/error/code").stringValue()).isEqualTo("invalid_api_key");
    }

    private static TestApi on(WebApplicationType stack) {
        return STARTED.computeIfAbsent(stack, type -> TestApi.start(type, TestApi.Application.class, PROPERTIES));
    }
}
