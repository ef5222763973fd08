package dev.tidar.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The page of properties")
class PropertiesPageTest {

    private static final Path PAGE = Guide.DOCS.resolve("properties.md");

    @Test
    void isWhatTheConfigurationMetadataSays() throws IOException {
        String page = PropertiesPage.of(Metadata.ofClassPath());
        if (System.getProperty("tidar.test.docs", "check").equals("write")) {
            Files.writeString(PAGE, page);
        }

        assertThat(Files.readString(PAGE))
                .as("docs/properties.md, which -Dtidar.test.docs=write writes anew")
                .isEqualTo(page);
    }

    @Test
    void hasThePropertiesOfAllModules() {
        assertThat(Guide.read(PAGE))
                .contains("| `tidar.model` |")
                .contains("| `tidar.openai.path` |")
                .contains("| `tidar.routing.rule` |");
    }
}
