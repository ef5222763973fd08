package dev.tidar.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tidar.guide.Guide.Example;
import dev.tidar.openai.autoconfigure.OpenAiApiProperties;
import dev.tidar.routing.autoconfigure.RoutingProperties;
import dev.tidar.spring.autoconfigure.TidarProperties;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.mock.env.MockEnvironment;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

@DisplayName("The settings and build files of the guide")
class SettingsTest {

    private static final Metadata METADATA = Metadata.ofClassPath();
    private static final String PARENT = Guide.read(Guide.ROOT.resolve("pom.xml"));
    private static final String OF_A_PART =
            "<groupId>(?:dev\\.tidar|org\\.springframework\\.boot)</groupId>\\s*<artifactId>[^<]*</artifactId>\\s*<version>([^<]*)";
    private static final Pattern NAMED_IN_TEXT = Pattern.compile("`(tidar\\.[a-z0-9.-]+[a-z0-9])(?:=[^`]*)?`");

    static Stream<Example> settings() {
        return Guide.examples("yaml", "properties");
    }

    static Stream<Example> xml() {
        return Guide.examples("xml");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void haveOnlyPropertiesThatThereAre(Example example) throws IOException {
        assertThat(names(example)).isNotEmpty().allMatch(METADATA::knows, "known");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void haveValuesThatAnApplicationAccepts(Example example) throws IOException {
        Binder binder = Binder.get(environment(example));

        assertThatCode(() -> {
                    binder.bindOrCreate("tidar", TidarProperties.class);
                    binder.bindOrCreate("tidar.openai", OpenAiApiProperties.class);
                    binder.bindOrCreate("tidar.routing", RoutingProperties.class);
                    for (String model : models(example)) {
                        binder.bindOrCreate("tidar.models." + model, TidarProperties.class);
                    }
                })
                .doesNotThrowAnyException();
    }

    /** A name in the text is a property, a part of one, or what the engine calls a meter or a key of metadata. */
    @Test
    void areNamedRightlyInTheText() {
        List<String> properties =
                METADATA.ofTidar().stream().map(Metadata.Property::name).toList();

        assertThat(Guide.pages())
                .allSatisfy(page -> assertThat(namesIn(Guide.read(page)))
                        .as("names in %s", page.getFileName())
                        .allMatch(
                                name -> METADATA.knows(name)
                                        || properties.stream().anyMatch(property -> property.startsWith(name + "."))
                                        || Sources.files().stream()
                                                .anyMatch(source -> source.contains('"' + name + '"')),
                                "known"));
    }

    @ParameterizedTest
    @MethodSource("xml")
    void areWellFormed(Example example) throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader("<all>" + example.text() + "</all>")));

        assertThat(document.getElementsByTagName("artifactId").getLength()).isPositive();
    }

    @Test
    void haveTheVersionsOfThisBuild() {
        String boot = group(PARENT, "<spring-boot\\.version>([^<]*)");
        String ours = group(PARENT, "<artifactId>tidar-parent</artifactId>\\s*<version>([^<]*)");

        assertThat(versions(OF_A_PART)).containsOnly(boot, ours);
        assertThat(versions("org\\.springframework\\.boot' version '([^']*)'")).containsOnly(boot);
        assertThat(versions("dev\\.tidar:[a-z-]*:([^']*)'")).containsOnly(ours);
    }

    @Test
    void nameArtifactsOfThisBuild() {
        assertThat(versions("<groupId>dev\\.tidar</groupId>\\s*<artifactId>([^<]*)"))
                .isNotEmpty()
                .allMatch(artifact -> Files.exists(Guide.ROOT.resolve(artifact).resolve("pom.xml")));
    }

    private static Set<String> versions(String expression) {
        return Guide.examples("xml", "groovy")
                .flatMap(example ->
                        Pattern.compile(expression).matcher(example.text()).results())
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static String group(String text, String expression) {
        return Pattern.compile(expression)
                .matcher(text)
                .results()
                .findFirst()
                .map((MatchResult match) -> match.group(1))
                .orElseThrow();
    }

    private static Set<String> namesIn(String page) {
        return NAMED_IN_TEXT
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static Set<String> models(Example example) throws IOException {
        return names(example).stream()
                .filter(name -> name.startsWith("tidar.models."))
                .map(name -> name.split("\\.", -1)[2])
                .collect(Collectors.toSet());
    }

    private static MockEnvironment environment(Example example) throws IOException {
        var environment = new MockEnvironment()
                .withProperty("OPENAI_API_KEYS", "a-key-of-sixteen-characters")
                .withProperty("FLEET_KEY", "a-key");
        sources(example).forEach(environment.getPropertySources()::addLast);
        return environment;
    }

    private static Set<String> names(Example example) throws IOException {
        return sources(example).stream()
                .flatMap(source -> Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames()))
                .collect(Collectors.toSet());
    }

    private static List<PropertySource<?>> sources(Example example) throws IOException {
        var resource = new ByteArrayResource(example.text().getBytes(StandardCharsets.UTF_8));
        var loader = example.language().equals("yaml")
                ? new YamlPropertySourceLoader()
                : new PropertiesPropertySourceLoader();
        return loader.load(example.toString(), resource);
    }
}
