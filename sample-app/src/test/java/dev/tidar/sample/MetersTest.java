package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.test.TidarScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What docs/observability.md says of meters, and what the dashboard asks for, against the running application. */
@OperatedSample
@DisplayName("The meters of the running application")
class MetersTest {

    private static final Path DOCUMENT = Path.of("../docs/observability.md");

    private static final Path DASHBOARD = Path.of("../docs/observability/grafana-dashboard.json");

    private static final Pattern ROW =
            Pattern.compile("^\\| `([a-z_.]+)` \\| \\w+ \\| (\\w*) ?\\| (.*?) \\|", Pattern.MULTILINE);

    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    /** A selector of a series: its name, and its matchers where it has some. */
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:tidar|gen_ai)_[a-z_]+)(?:\\{([^}]*)})?");

    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!=|=)\"([^\"]*)\"");

    private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");

    @Autowired
    WebTestClient http;

    @Autowired
    TidarScript script;

    /** A meter as the document describes it. */
    record Documented(String name, String unit, Set<String> tags) {}

    @BeforeEach
    void answerOnce() {
        script.reply("There was a little dog.");
        http.post()
                .uri("/api/chat")
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(Map.of(
                        "messages", List.of(Map.of("role", "user", "text", "Once upon a time")), "maxTokens", 12))
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class);
        await().until(() -> scrape().containsKey("tidar_time_to_first_token_seconds_count"));
    }

    @Test
    void areAllThatTheDocumentListsWithTheirUnitsAndTags() {
        assertThat(documented()).hasSizeGreaterThan(25).allSatisfy(meter -> {
            JsonNode found = json("/actuator/metrics/" + meter.name());
            assertThat(found.path("baseUnit").asString(""))
                    .as("unit of %s", meter.name())
                    .isEqualTo(meter.unit());
            assertThat(tags(found)).as("tags of %s", meter.name()).isEqualTo(meter.tags());
        });
    }

    @Test
    void areNoOthersOfThisProjectThanTheDocumentLists() {
        assertThat(stream(json("/actuator/metrics").get("names"))
                        .map(JsonNode::asString)
                        .filter(name -> name.startsWith("tidar.")))
                .isSubsetOf(documented().map(Documented::name).toList());
    }

    @Test
    void answerEveryQueryOfTheDashboard() throws IOException {
        Map<String, List<Map<String, String>>> scrape = scrape();
        JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(DASHBOARD));
        List<String> queries = stream(dashboard.get("panels"))
                .flatMap(panel -> stream(panel.path("targets")))
                .map(target -> target.get("expr").asString())
                .toList();

        assertThat(queries).hasSizeGreaterThan(30).allSatisfy(query -> isAnsweredBy(scrape, query));
        assertThat(dashboard.at("/templating/list/1/query").asString())
                .isEqualTo("label_values(tidar_engine_state, model)");
    }

    /** Every series that a query selects is there, with the labels that it filters by and groups by. */
    private static void isAnsweredBy(Map<String, List<Map<String, String>>> scrape, String query) {
        Set<String> grouping = GROUPING.matcher(query)
                .results()
                .flatMap(labels -> Stream.of(labels.group(1).split(", ")))
                .collect(Collectors.toSet());
        Matcher selectors = SELECTOR.matcher(query.replaceAll(GROUPING.pattern(), ""));
        int found = 0;
        while (selectors.find()) {
            found++;
            List<Map<String, String>> series = scrape.getOrDefault(selectors.group(1), List.of());
            Set<String> labels = new HashSet<>(grouping);
            Map<String, String> equal = MATCHER.matcher(selectors.group(2) == null ? "" : selectors.group(2))
                    .results()
                    .peek(matcher -> labels.add(matcher.group(1)))
                    .filter(matcher -> matcher.group(2).equals("="))
                    .collect(Collectors.toMap(matcher -> matcher.group(1), matcher -> matcher.group(3)));
            assertThat(series)
                    .as("%s in %s", selectors.group(1), query)
                    .anySatisfy(labelled -> assertThat(labelled)
                            .containsKeys(labels.toArray(String[]::new))
                            .containsAllEntriesOf(equal));
        }
        assertThat(found).as(query).isPositive();
    }

    /** The series of a scrape by name, each with its labels. */
    private Map<String, List<Map<String, String>>> scrape() {
        String text = http.get()
                .uri("/actuator/prometheus")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();
        return Pattern.compile("^(\\w+)(?:\\{(.*)})? ", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .collect(Collectors.groupingBy(
                        line -> line.group(1),
                        Collectors.mapping(
                                line -> labels(line.group(2) == null ? "" : line.group(2)), Collectors.toList())));
    }

    private static Map<String, String> labels(String text) {
        return Pattern.compile("(\\w+)=\"([^\"]*)\"")
                .matcher(text)
                .results()
                .collect(Collectors.toMap(label -> label.group(1), label -> label.group(2)));
    }

    private static Stream<Documented> documented() {
        try {
            return ROW.matcher(Files.readString(DOCUMENT))
                    .results()
                    .map(row -> new Documented(
                            row.group(1),
                            row.group(2),
                            QUOTED.matcher(row.group(3))
                                    .results()
                                    .map(tag -> tag.group(1))
                                    .collect(Collectors.toSet())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> tags(JsonNode meter) {
        return stream(meter.get("availableTags"))
                .map(tag -> tag.get("tag").asString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private JsonNode json(String path) {
        return http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody();
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
