package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.RequestOption;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The file that gives an IDE its help; an annotation processor that does not run leaves it out without a word. */
@DisplayName("The configuration metadata")
class ConfigurationMetadataTest {

    private static final String CHAT = "tidar.chat.";

    private final JsonNode metadata = read("META-INF/spring-configuration-metadata.json");

    @Test
    void hasEveryKey() {
        assertThat(descriptions().keySet().stream().filter(key -> !key.startsWith(CHAT)))
                .containsExactlyInAnyOrder(
                        "tidar.model",
                        "tidar.model-cache",
                        "tidar.hub.cache",
                        "tidar.hub.endpoint",
                        "tidar.hub.token",
                        "tidar.hub.offline",
                        "tidar.hub.pull-model-strategy",
                        "tidar.hub.connect-timeout",
                        "tidar.hub.read-timeout",
                        "tidar.hub.max-retries",
                        "tidar.draft-model",
                        "tidar.models",
                        "tidar.device",
                        "tidar.device-fallback",
                        "tidar.weights",
                        "tidar.native",
                        "tidar.cpu.activations",
                        "tidar.threads",
                        "tidar.context-length",
                        "tidar.mask-token-id",
                        "tidar.block-size",
                        "tidar.mode",
                        "tidar.draft-length",
                        "tidar.outcomes",
                        "tidar.groups",
                        "tidar.beta",
                        "tidar.lookup",
                        "tidar.load-mode",
                        "tidar.warm-up.system-prompts",
                        "tidar.warm-up.prompts",
                        "tidar.warm-up.max-tokens",
                        "tidar.kv-cache.memory",
                        "tidar.kv-cache.type",
                        "tidar.prefix-cache.enabled",
                        "tidar.prefix-cache.expire-after",
                        "tidar.prefix-cache.report-hits",
                        "tidar.batch.max-sequences",
                        "tidar.batch.prefill-chunk",
                        "tidar.batch.max-step",
                        "tidar.queue.max-requests",
                        "tidar.queue.max-wait",
                        "tidar.limits.max-prompt-characters",
                        "tidar.limits.max-prompt-tokens",
                        "tidar.limits.max-new-tokens",
                        "tidar.limits.max-request-time",
                        "tidar.watchdog.warn-after",
                        "tidar.watchdog.fail-after",
                        "tidar.shutdown.drain-time",
                        "management.endpoint.tidar.access",
                        "management.endpoint.tidar.cache.time-to-live",
                        "management.health.tidar.enabled");
    }

    @Test
    void hasAKeyForEveryOptionOfARequest() {
        assertThat(descriptions().keySet().stream().filter(key -> key.startsWith(CHAT)))
                .containsExactlyInAnyOrderElementsOf(RequestOption.ALL.stream()
                        .map(option -> CHAT + option.name())
                        .toList());
    }

    @Test
    void describesAnOptionByItsHelpWhichHasItsRange() {
        assertThat(RequestOption.ALL)
                .allSatisfy(option ->
                        assertThat(descriptions().get(CHAT + option.name())).startsWith(option.help()));
    }

    @Test
    void hasTheDefaultOfTheLongestAnswer() {
        assertThat(stream(metadata.get("properties"))
                        .filter(property -> property.get("name").asString().equals("tidar.chat.max-tokens"))
                        .map(property -> property.get("defaultValue").asInt()))
                .containsExactly(512);
    }

    /**
     * The annotation processor takes the help of the longer name for that of the shorter one, or the other way round.
     */
    @Test
    void describesAKeyByHandWhoseNameBeginsThatOfAnother() {
        Set<String> keys = descriptions().keySet();
        Set<String> byHand = stream(read("META-INF/additional-spring-configuration-metadata.json")
                        .get("properties"))
                .filter(property -> property.has("description"))
                .map(property -> property.get("name").asString())
                .collect(Collectors.toSet());

        assertThat(keys.stream()
                        .filter(key -> key.startsWith("tidar."))
                        .filter(key -> keys.stream().anyMatch(other -> begins(key, other))))
                .isSubsetOf(byHand);
    }

    private static boolean begins(String key, String other) {
        return other.startsWith(key) && !other.equals(key) && other.indexOf('.', key.length()) < 0;
    }

    @Test
    void describesEachKeyByASentenceOfItsOwn() {
        assertThat(descriptions().values())
                .allMatch(text -> text.matches("[A-Z].*\\."), "a sentence")
                .doesNotHaveDuplicates();
    }

    @Test
    void hintsAtEveryValueThatCanBeChosen() {
        assertThat(valuesOf("tidar.mode")).isEqualTo("auto single-pass two-pass draft-model autoregressive");
        assertThat(valuesOf("tidar.chat.mode")).isEqualTo("auto single-pass two-pass draft-model autoregressive");
        assertThat(valuesOf("tidar.groups")).isEqualTo("auto full short forced-short");
        assertThat(valuesOf("tidar.chat.groups")).isEqualTo("auto full short forced-short");
        assertThat(valuesOf("tidar.chat.tool-choice")).isEqualTo("auto none required");
        assertThat(valuesOf("tidar.chat.tool-call-at-limit")).isEqualTo("error hand-over");
        assertThat(valuesOf("tidar.weights")).isEqualTo("auto f32 bf16 int8");
        assertThat(valuesOf("tidar.kv-cache.type")).isEqualTo("f32 bf16");
        assertThat(valuesOf("tidar.load-mode")).isEqualTo("eager background");
        assertThat(valuesOf("tidar.hub.pull-model-strategy")).isEqualTo("when-missing always never");
        assertThat(valuesOf("tidar.device")).isEqualTo("auto cuda cuda:1 cpu");
        assertThat(valuesOf("tidar.device-fallback")).isEqualTo("fail cpu");
        assertThat(valuesOf("spring.ai.model.chat")).isEqualTo("tidar none");
    }

    private Map<String, String> descriptions() {
        return stream(metadata.get("properties"))
                .collect(Collectors.toMap(
                        property -> property.get("name").asString(),
                        property -> property.path("description").asString("")));
    }

    private String valuesOf(String key) {
        return stream(metadata.get("hints"))
                .filter(hint -> hint.get("name").asString().equals(key))
                .flatMap(hint -> stream(hint.get("values")))
                .map(value -> value.get("value").asString())
                .collect(Collectors.joining(" "));
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static JsonNode read(String resource) {
        try (InputStream in = new ClassPathResource(resource).getInputStream()) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new AssertionError("no configuration metadata: did the annotation processor run?", e);
        }
    }
}
