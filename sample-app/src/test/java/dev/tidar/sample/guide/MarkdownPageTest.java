package dev.tidar.sample.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.document.Document;

@DisplayName("A page of the guide")
class MarkdownPageTest {

    @Test
    void isSplitAtItsHeadings() {
        assertThat(passages("""
                # Tuning

                What to change.

                ## Memory

                Raise `-Xmx`.
                """)).containsExactly("Tuning\nWhat to change.", "Tuning, Memory\nRaise `-Xmx`.");
    }

    @Test
    void namesItsTitleAndHeadingInTheMetadata() {
        Document passage =
                MarkdownPage.passages("a.md", "# Tuning\n## Memory\ntext").get(0);

        assertThat(passage.getId()).isEqualTo("a.md#0");
        assertThat(passage.getMetadata()).containsEntry("page", "Tuning").containsEntry("heading", "Memory");
    }

    @Test
    void keepsCodeAndTakesNoCommentInItForAHeading() {
        assertThat(passages("# A\n```\n# not a heading\nrun it\n```\n")).containsExactly("A\n# not a heading\nrun it");
    }

    @Test
    void isReadWithoutMarkup() {
        assertThat(passages("# A [b](c.md)\n**Bold** and [link](d.md#e).\n\n| x | y |\n| --- | --- |\n| 1 | 2 |"))
                .containsExactly("A b\nBold and link.\n\n| x | y |\n| 1 | 2 |");
    }

    @Test
    void hasShortPassagesOnlyAndLosesNoWord() {
        String rows = IntStream.range(0, 60)
                .mapToObj(i -> "| row %d | with some words |\n".formatted(i))
                .collect(Collectors.joining());
        String sentence = IntStream.range(0, 60)
                .mapToObj(i -> "This is sentence number %d. ".formatted(i))
                .collect(Collectors.joining());

        List<String> passages = passages("# A\n" + rows + "\n" + sentence + "\n" + "x".repeat(2_000));

        String head = "A\n";
        assertThat(passages)
                .hasSizeGreaterThan(5)
                .allSatisfy(passage ->
                        assertThat(passage).hasSizeLessThanOrEqualTo(head.length() + MarkdownPage.MAX_CHARACTERS));
        assertThat(squeezed(passages.stream()
                        .map(passage -> passage.substring(head.length()))
                        .collect(Collectors.joining())))
                .isEqualTo(squeezed(rows + sentence + "x".repeat(2_000)));
        assertThat(passages).anyMatch(passage -> passage.endsWith("."));
    }

    @Test
    void isSplitAtBlankLinesFirst() {
        String half = "word ".repeat(90).strip();

        assertThat(passages("# A\n" + half + "\n\n" + half)).containsExactly("A\n" + half, "A\n" + half);
    }

    private static List<String> passages(String markdown) {
        return MarkdownPage.passages("a.md", markdown).stream()
                .map(Document::getText)
                .toList();
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
