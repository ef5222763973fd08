package dev.tidar.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The pages of the guide and their examples. */
final class Guide {

    static final Path ROOT = Path.of("..");

    static final Path DOCS = ROOT.resolve("docs");

    private static final Set<String> FOREIGN = Set.of("target", "node_modules", "src");

    private Guide() {}

    /**
     * A fenced block.
     *
     * @param page where it stands
     * @param line its first line there, from 1
     * @param language what the fence says
     */
    record Example(Path page, int line, String language, String text) {

        @Override
        public String toString() {
            return page.getFileName() + ":" + line;
        }
    }

    /** README.md and the pages in docs, without those of its folders. */
    static List<Path> pages() {
        try (Stream<Path> files = Files.list(DOCS)) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), files.filter(Guide::isPage))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All pages of the repository that people wrote. */
    static List<Path> allPages() {
        List<Path> pages = new ArrayList<>();
        collect(ROOT, pages);
        return pages;
    }

    private static void collect(Path folder, List<Path> pages) {
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.sorted().toList()) {
                String name = entry.getFileName().toString();
                if (Files.isDirectory(entry)) {
                    if (!name.startsWith(".") && !FOREIGN.contains(name)) {
                        collect(entry, pages);
                    }
                } else if (isPage(entry)) {
                    pages.add(entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md");
    }

    /** The examples of all pages in these languages. */
    static Stream<Example> examples(String... languages) {
        Set<String> wanted = Set.of(languages);
        return pages().stream()
                .flatMap(page -> examples(page).stream())
                .filter(example -> wanted.contains(example.language()));
    }

    /** All examples of a page. */
    static List<Example> examples(Path page) {
        return parts(page).examples();
    }

    /** The lines of a page that stand outside of its examples. */
    static String prose(Path page) {
        return String.join("\n", parts(page).prose());
    }

    private record Parts(List<Example> examples, List<String> prose) {}

    private static Parts parts(Path page) {
        List<Example> examples = new ArrayList<>();
        List<String> prose = new ArrayList<>();
        List<String> lines = read(page).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith("```")) {
                prose.add(lines.get(i));
                continue;
            }
            int first = i + 1;
            do {
                i++;
            } while (!lines.get(i).equals("```"));
            String text = String.join("\n", lines.subList(first, i)) + "\n";
            examples.add(new Example(page, first + 1, lines.get(first - 1).substring(3), text));
        }
        return new Parts(examples, prose);
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
