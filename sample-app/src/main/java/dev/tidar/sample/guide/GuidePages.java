package dev.tidar.sample.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.springframework.ai.document.Document;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** The pages of the guide, which the build puts beside the classes. */
final class GuidePages {

    private static final String PAGES = "classpath:guide/*.md";

    private GuidePages() {}

    /** The passages of all pages, in an order that only their names decide. */
    static List<Document> passages() {
        List<Document> passages = new ArrayList<>();
        try {
            Resource[] pages = new PathMatchingResourcePatternResolver().getResources(PAGES);
            Arrays.sort(pages, Comparator.comparing(GuidePages::name));
            for (Resource page : pages) {
                passages.addAll(MarkdownPage.passages(name(page), page.getContentAsString(StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the pages of the guide cannot be read from " + PAGES, e);
        }
        return passages;
    }

    private static String name(Resource page) {
        return Objects.requireNonNull(page.getFilename(), "every page is a file");
    }
}
