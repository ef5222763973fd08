package dev.tidar.openai;

import dev.tidar.spring.TidarChatModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A running application with the API over two models, and a client for its raw HTTP. */
public final class TestApi {

    /** Boot locks an application that has Spring Security on its class path, as these tests do. */
    private static final String WITHOUT_SECURITY = "spring.autoconfigure.exclude="
            + "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration,"
            + "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration,"
            + "org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration";

    private static final Supplier<TestApi> ON_WEB_FLUX =
            SingletonSupplier.of(() -> start(WebApplicationType.REACTIVE, Application.class, WITHOUT_SECURITY));

    private static final Supplier<TestApi> ON_SPRING_MVC =
            SingletonSupplier.of(() -> start(WebApplicationType.SERVLET, Application.class, WITHOUT_SECURITY));

    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestApi(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** An application on WebFlux that all tests of this JVM share. */
    public static TestApi onWebFlux() {
        return ON_WEB_FLUX.get();
    }

    /** An application on Spring MVC that all tests of this JVM share. */
    public static TestApi onSpringMvc() {
        return ON_SPRING_MVC.get();
    }

    /**
     * Starts another application. Like the others it runs until this JVM ends: the end of one WebFlux application takes
     * the event loops of all others in its JVM along.
     */
    public static TestApi start(WebApplicationType type, Class<?> application, String... properties) {
        return new TestApi(new SpringApplicationBuilder(application)
                .web(type)
                .properties(Stream.concat(
                                Stream.of(
                                        "server.port=0",
                                        "server.shutdown=immediate",
                                        "spring.main.banner-mode=off",
                                        "spring.ai.chat.client.enabled=false"),
                                Stream.of(properties))
                        .toArray(String[]::new))
                .run());
    }

    /** An application with two models, both of which the API serves. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Application {

        @Bean
        TidarChatModel stories() {
            return new TidarChatModel(TestEngines.stories());
        }

        @Bean
        TidarChatModel weather() {
            return new TidarChatModel(TestEngines.weather());
        }
    }

    /** Where the application listens, without a path. */
    public String url() {
        return "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
    }

    HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    HttpResponse<String> post(String path, String json, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    HttpResponse<String> complete(String json) {
        return post("/v1/chat/completions", json);
    }

    /** The data of the events of a stream. */
    List<String> events(String json) {
        return data(complete(json).body());
    }

    static List<String> data(String body) {
        return Stream.of(body.split("\n\n"))
                .map(event -> event.substring("data: ".length()))
                .toList();
    }

    /** Begins to read an answer; whoever closes it leaves. */
    InputStream open(String json) throws IOException, InterruptedException {
        return http.send(
                        request("/v1/chat/completions")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(json))
                                .build(),
                        BodyHandlers.ofInputStream())
                .body();
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    /** A request to the model of stories; the options come after a comma. */
    static String stories(String options) {
        return """
                {"model": "%s", "messages": [{"role": "user", "content": "Once upon a time"}]%s}""".formatted(TestEngines.STORIES, options);
    }
}
