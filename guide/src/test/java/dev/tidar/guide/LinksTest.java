package dev.tidar.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The links of the pages")
class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.*)$");
    private static final Pattern MARKUP = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");

    static List<Path> pages() {
        return Guide.allPages();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void leadToFilesAndHeadingsThatThereAre(Path page) {
        assertThat(links(page)).allSatisfy(link -> {
            String[] parts = link.split("#", 2);
            Path target =
                    parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
            assertThat(target).exists();
            if (parts.length == 2) {
                assertThat(anchors(target)).contains(parts[1]);
            }
        });
    }

    @Test
    void leadFromTheIndexToEveryPageOfTheGuide() {
        Path index = Guide.DOCS.resolve("README.md");
        List<Path> linked =
                links(index).map(index::resolveSibling).map(Path::normalize).toList();

        assertThat(Guide.pages().stream()
                        .filter(page -> page.startsWith(Guide.DOCS))
                        .filter(page -> !page.equals(index)))
                .allMatch(page -> linked.contains(page.normalize()), "linked from docs/README.md");
    }

    private static Stream<String> links(Path page) {
        String text = CODE.matcher(Guide.prose(page)).replaceAll("");
        return LINK.matcher(text).results().map(match -> match.group(1)).filter(link -> !link.contains("://"));
    }

    /** The headings of a page, as forges make anchors of them. */
    private static List<String> anchors(Path page) {
        if (!Files.isRegularFile(page)) {
            return List.of();
        }
        Map<String, Integer> times = new HashMap<>();
        return HEADING.matcher(Guide.prose(page))
                .results()
                .map(match -> anchor(match.group(1)))
                .map(anchor -> {
                    int before = times.getOrDefault(anchor, 0);
                    times.put(anchor, before + 1);
                    return before == 0 ? anchor : anchor + "-" + before;
                })
                .toList();
    }

    private static String anchor(String heading) {
        return MARKUP.matcher(heading)
                .replaceAll("$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
