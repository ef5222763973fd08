package dev.tidar.sample.guide;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.ai.document.Document;

/**
 * A page of the guide, split into passages: a section for each heading, and a long section at its blank lines, or where
 * these are too far apart, at ends of lines, as between the rows of a table. A passage begins with its page and
 * heading, so that it is found by these words and makes sense alone.
 */
final class MarkdownPage {

    /** Keys of the metadata of a passage: the title of its page, and its heading. */
    static final String PAGE = "page";

    static final String HEADING = "heading";

    /** Characters of a passage, its heading not counted. A small model loses its way in more, and three have to fit. */
    static final int MAX_CHARACTERS = 700;

    private static final Pattern TITLE = Pattern.compile("^(#{1,6}) +(.*)$");
    private static final Pattern LINK = Pattern.compile("!?\\[([^\\]]*)]\\([^()\\s]*\\)");
    private static final Pattern RULE = Pattern.compile("^\\|[-:| ]+\\|$");

    private final String name;
    private final List<Document> passages = new ArrayList<>();
    private final StringBuilder passage = new StringBuilder();
    private String title;
    private String heading = "";

    private MarkdownPage(String name) {
        this.name = name;
        this.title = name;
    }

    /** @param name of the file, which the ids of the passages begin with */
    static List<Document> passages(String name, String markdown) {
        var page = new MarkdownPage(name);
        page.read(markdown);
        return page.passages;
    }

    private void read(String markdown) {
        boolean fenced = false;
        for (String line : markdown.split("\n", -1)) {
            if (line.startsWith("```")) {
                fenced = !fenced;
                continue;
            }
            Matcher head = TITLE.matcher(line);
            if (!fenced && head.matches()) {
                head(head.group(1).length(), plain(head.group(2)));
            } else if (!RULE.matcher(line).matches()) {
                add(fenced ? line : plain(line));
            }
        }
        flush();
    }

    private void head(int level, String text) {
        flush();
        if (level == 1) {
            title = text;
            heading = "";
        } else {
            heading = text;
        }
    }

    private void add(String line) {
        if (line.isBlank() && passage.length() > MAX_CHARACTERS / 2) {
            flush();
        }
        String rest = line;
        while (passage.length() + rest.length() > MAX_CHARACTERS) {
            if (passage.length() > 0) {
                flush();
            } else {
                int end = cut(rest);
                passage.append(rest, 0, end);
                flush();
                rest = rest.substring(end).strip();
            }
        }
        passage.append(rest).append('\n');
    }

    /** The end of the last sentence that fits, else of the last word. */
    private static int cut(String line) {
        int sentence = line.lastIndexOf(". ", MAX_CHARACTERS - 2);
        int word = line.lastIndexOf(' ', MAX_CHARACTERS - 1);
        return sentence > 0 ? sentence + 1 : word > 0 ? word : MAX_CHARACTERS;
    }

    private void flush() {
        String text = passage.toString().strip();
        passage.setLength(0);
        if (!text.isEmpty()) {
            passages.add(Document.builder()
                    .id("%s#%d".formatted(name, passages.size()))
                    .text((heading.isEmpty() ? title : title + ", " + heading) + "\n" + text)
                    .metadata(PAGE, title)
                    .metadata(HEADING, heading)
                    .build());
        }
    }

    private static String plain(String line) {
        return LINK.matcher(line).replaceAll("$1").replace("**", "");
    }
}
