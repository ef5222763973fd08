package dev.tidar.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.jayway.jsonpath.JsonPath;
import dev.tidar.guide.Guide.Example;
import dev.tidar.spring.StoriesModel;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

@DisplayName("The Java examples of the guide")
class JavaExamplesTest {

    private static final Path FIRST_PAGE = Guide.DOCS.resolve("getting-started.md");
    private static final Pattern CURL = Pattern.compile("curl -sSN? 'http://localhost:8080([^']*)'");

    /** The JDK from which on WebFlux can run methods that wait on threads of their own. */
    private static final int VIRTUAL_THREADS = 21;

    private static Map<Example, String> failures = Map.of();

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @BeforeAll
    static void compile() throws IOException {
        failures = JavaExamples.compile(Guide.examples("java").toList());
        String settings = Guide.examples(FIRST_PAGE).stream()
                .filter(example -> example.text().startsWith("# src/main/resources/application.yml"))
                .map(Example::text)
                .findFirst()
                .orElseThrow();
        Files.writeString(JavaExamples.CLASSES.resolve("application.yml"), settings);
    }

    @AfterEach
    void giveTheThreadItsClassLoaderBack() {
        Thread.currentThread().setContextClassLoader(before);
    }

    @Test
    void compileAsTheyStand() {
        assertThat(Guide.examples("java")).hasSizeGreaterThan(15);
        assertThat(failures).isEmpty();
    }

    /** With JDK 17 there are no virtual threads to switch on. */
    @ParameterizedTest
    @CsvSource({"SERVLET, false", "SERVLET, true", "REACTIVE, true"})
    void makeAnApplicationThatAnswersWhatTheFirstPageAsks(
            WebApplicationType type, boolean virtualThreads, @TempDir Path directory) throws Exception {
        boolean mayWait =
                type == WebApplicationType.SERVLET || Runtime.version().feature() >= VIRTUAL_THREADS;
        List<String> paths = CURL.matcher(Guide.read(FIRST_PAGE))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
        assertThat(paths).hasSize(4);

        try (URLClassLoader loader = loader();
                ConfigurableApplicationContext context = run(loader, type, virtualThreads, directory)) {
            String url = "http://localhost:" + context.getEnvironment().getProperty("local.server.port");

            assertThat(get(url + paths.get(1))).startsWith("data:{\"text\":");
            if (mayWait) {
                assertThat(get(url + paths.get(0))).isNotBlank();
                assertThat(JsonPath.<Object>read(get(url + paths.get(2)), "$.country"))
                        .isInstanceOf(String.class);
                assertThat(get(url + paths.get(3))).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"ChatModelIsMockedTest, 1", "ChatModelIsScriptedTest, 5"})
    void makeTestsOfItThatLoadNoModel(String test, int methods) throws Exception {
        var summary = new SummaryGeneratingListener();
        try (URLClassLoader loader = loader()) {
            Thread.currentThread().setContextClassLoader(loader);
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectClass(loader.loadClass("com.example.chat." + test)))
                                    .build(),
                            summary);
        }

        assertThat(summary.getSummary().getFailures())
                .extracting(TestExecutionSummary.Failure::getException)
                .isEmpty();
        assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(methods);
    }

    private static URLClassLoader loader() throws MalformedURLException {
        return new URLClassLoader(
                new URL[] {JavaExamples.CLASSES.toAbsolutePath().toUri().toURL()});
    }

    private static ConfigurableApplicationContext run(
            ClassLoader loader, WebApplicationType type, boolean virtualThreads, Path directory)
            throws ClassNotFoundException {
        Thread.currentThread().setContextClassLoader(loader);
        var application = new SpringApplication(
                new DefaultResourceLoader(loader), loader.loadClass("com.example.chat.ChatApplication"));
        application.setWebApplicationType(type);
        return application.run(
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--tidar.model=" + StoriesModel.in(directory, 2_048),
                "--spring.threads.virtual.enabled=" + virtualThreads,
                "--tidar.threads=1",
                "--tidar.chat.max-tokens=60");
    }

    private static String get(String url) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }
}
