package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The bill of materials")
class BillOfMaterialsTest {

    private static final Path ROOT = Path.of("..");

    @Test
    void namesEveryModuleThatIsPublished() {
        List<String> published = all("<module>([^<]*)</module>", "pom.xml")
                .map(module -> module + "/pom.xml")
                .filter(pom -> !pom.startsWith("tidar-bom/"))
                .filter(pom -> !text(pom).contains("<maven.deploy.skip>true"))
                .map(pom ->
                        all("</parent>\\s*<artifactId>([^<]*)", pom).findFirst().orElseThrow())
                .toList();

        assertThat(all(
                        "<groupId>dev.tidar</groupId>\\s*<artifactId>([^<]*)</artifactId>\\s*<version>\\$",
                        "tidar-bom/pom.xml"))
                .containsExactlyInAnyOrderElementsOf(published);
    }

    @Test
    void hasTheVersionOfTheBuild() {
        String version = "</artifactId>\\s*<version>([0-9][^<]*)</version>\\s*<packaging>pom";

        assertThat(all(version, "tidar-bom/pom.xml"))
                .containsExactlyElementsOf(all(version, "pom.xml").toList());
    }

    private static Stream<String> all(String expression, String file) {
        return Pattern.compile(expression).matcher(text(file)).results().map(result -> result.group(1));
    }

    private static String text(String file) {
        try {
            return Files.readString(ROOT.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
