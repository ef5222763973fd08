package dev.tidar.attack;

import dev.tidar.attack.run.Attack;
import dev.tidar.attack.run.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The page of a run: figures of each attack, failures, machine, commit and time. */
final class Report {

    private static final String INTRODUCTION = """
            # The attack

            Command: `tools/attack`, which wrote this page. It treats the engine and the sample as somebody would who means
            harm or has bad luck. A case is *served*, *rejected* by name (a typed error, a problem detail, a start that ends
            with its reason), or *failed*: an abort, a hang, an untyped error, a request that was lost or ended twice, a
            neighbour that was harmed. The tests run a small part of each attack.

            """;

    private record Row(Attack attack, Tally tally, Cost cost) {}

    private final long seed;
    private final List<Row> rows = new ArrayList<>();

    Report(long seed) {
        this.seed = seed;
    }

    void add(Attack attack, Tally tally, Cost cost) {
        rows.add(new Row(attack, tally, cost));
    }

    void write(Path file) throws IOException {
        var page = new StringBuilder(INTRODUCTION);
        Cost all = rows.stream().map(Row::cost).reduce(Cost.NONE, Cost::plus);
        page.append("- %s, commit %s, seed %d, %s in all%n"
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        System.getProperty("tidar.attack.commit", "unknown"),
                        seed,
                        all));
        page.append("- %s %s, %s, %d cores, JDK %s%n%n"
                .formatted(
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        System.getProperty("tidar.attack.cpu", "unknown processor"),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("java.version")));
        page.append(
                "| attack | what it tries | tried | rejected by name | served | failed | seconds | processor seconds |\n");
        page.append("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        rows.forEach(row -> page.append(line(row)));
        section(page, "Figures", Tally::figures);
        section(page, "Failures", Tally::failures);
        Files.writeString(file, page);
    }

    private static String line(Row row) {
        Tally tally = row.tally();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %,d | %,d | %,d | %,d | %.0f | %s |%n",
                row.attack().name(),
                row.attack().about(),
                tally.tried(),
                tally.rejectedCount(),
                tally.servedCount(),
                tally.failedCount(),
                row.cost().seconds(),
                row.cost().processorText());
    }

    private void section(StringBuilder page, String title, java.util.function.Function<Tally, List<String>> lines) {
        if (rows.stream().allMatch(row -> lines.apply(row.tally()).isEmpty())) {
            return;
        }
        page.append("\n## ").append(title).append('\n');
        for (Row row : rows) {
            List<String> own = lines.apply(row.tally());
            if (!own.isEmpty()) {
                page.append("\n").append(row.attack().name()).append(":\n\n```text\n");
                own.forEach(line -> page.append(line).append('\n'));
                page.append("```\n");
            }
        }
    }
}
