package dev.tidar.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.guide.Guide.Example;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.yaml.snakeyaml.Yaml;

/** What can be held of the recipes for containers without a container. */
@DisplayName("The container recipes of the guide")
class ContainersTest {

    private static final Path PAGE = Guide.DOCS.resolve("containers.md");
    private static final String DOCKERFILE = example("dockerfile");
    private static final Map<String, Object> DEPLOYMENT = new Yaml().load(example("yml"));

    /** Those that Boot's jar tool makes by default, in the order in which they change less and less often. */
    private static final List<String> LAYERS =
            List.of("dependencies", "spring-boot-loader", "snapshot-dependencies", "application");

    @Test
    void startAJvmThatTakesTheirFlags(@TempDir Path directory) throws Exception {
        for (String flags : List.of(
                group(DOCKERFILE, "JDK_JAVA_OPTIONS=\"([^\"]*)\""),
                group(Guide.read(PAGE), "<BPE_APPEND_JAVA_TOOL_OPTIONS>([^<]*)"))) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of(flags.split(" ")));
            command.add("-version");
            File log = directory.resolve("java.log").toFile();

            Process java = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start();

            assertThat(java.waitFor()).as(Guide.read(log.toPath())).isZero();
        }
    }

    @Test
    void copyTheLayersOfAJarInTheOrderInWhichTheyChange() {
        assertThat(all(DOCKERFILE, "COPY --from=layers /build/layers/([a-z-]+)/ \\./"))
                .containsExactlyElementsOf(LAYERS);
    }

    @Test
    void letSignalsReachTheJvm() {
        assertThat(DOCKERFILE).contains("ENTRYPOINT [\"java\", ").doesNotContain("CMD", "sh -c");
    }

    @Test
    void leaveTheApplicationMoreTimeToEndThanItTakes() {
        Duration phase = new LifecycleProperties().getTimeoutPerShutdownPhase();

        assertThat((Integer) pod().get("terminationGracePeriodSeconds")).isGreaterThan((int) phase.toSeconds() + 5);
    }

    @Test
    void mountAFolderForEverythingThatIsWrittenAboveAReadOnlyRoot() {
        Map<String, Object> container = container();

        assertThat(at(container, "securityContext")).containsEntry("readOnlyRootFilesystem", true);
        List<String> mounted = maps(container, "volumeMounts").stream()
                .map(mount -> (String) mount.get("name"))
                .toList();
        assertThat(maps(pod(), "volumes").stream().map(volume -> (String) volume.get("name")))
                .containsExactlyElementsOf(mounted);
        assertThat(maps(container, "volumeMounts"))
                .anySatisfy(mount ->
                        assertThat(mount).containsEntry("mountPath", "/tmp").doesNotContainKey("readOnly"));
        assertThat(all(Guide.read(PAGE), "--tmpfs /tmp:(\\w+)")).isNotEmpty().containsOnly("exec");
    }

    @Test
    void runAsTheUserOfTheImageAndAskTheProbesOfBoot() {
        assertThat(group(DOCKERFILE, "USER (\\d+):"))
                .isEqualTo(String.valueOf(at(pod(), "securityContext").get("runAsUser")));
        for (String probe : List.of("liveness", "readiness")) {
            assertThat(at(at(container(), probe + "Probe"), "httpGet"))
                    .containsEntry("path", "/actuator/health/" + probe)
                    .containsEntry("port", Integer.valueOf(group(DOCKERFILE, "EXPOSE (\\d+)")));
        }
    }

    private static Map<String, Object> pod() {
        return at(at(at(DEPLOYMENT, "spec"), "template"), "spec");
    }

    private static Map<String, Object> container() {
        return maps(pod(), "containers").get(0);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> map, String key) {
        return (Map<String, Object>) map.get(key);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(Map<String, Object> map, String key) {
        return (List<Map<String, Object>>) map.get(key);
    }

    private static String example(String language) {
        return Guide.examples(PAGE).stream()
                .filter(example -> example.language().equals(language))
                .map(Example::text)
                .findFirst()
                .orElseThrow();
    }

    private static String group(String text, String expression) {
        List<String> found = all(text, expression);
        assertThat(found).as(expression).isNotEmpty();
        return found.get(0);
    }

    private static List<String> all(String text, String expression) {
        Matcher matcher = Pattern.compile(expression).matcher(text);
        return matcher.results().map(match -> match.group(1)).toList();
    }
}
