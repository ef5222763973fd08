package dev.tidar.text.tokenizer.unicode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Reads the generated tables of this package. A line is a name and ranges of code points, hexadecimal and with both
 * ends: {@code M 300-36f 483-489}. Lines that begin with {@code #} say where a table comes from.
 */
final class RangeTable {

    /**
     * Code points.
     *
     * @param name what the line of the table says of them
     * @param first the lowest
     * @param last the highest
     */
    record Range(String name, int first, int last) {}

    private RangeTable() {}

    static void read(String table, Consumer<Range> ranges) {
        try (InputStream bytes = Objects.requireNonNull(RangeTable.class.getResourceAsStream(table), table)) {
            new String(bytes.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> {
                        String[] fields = line.split(" ", -1);
                        Arrays.stream(fields).skip(1).forEach(field -> ranges.accept(range(fields[0], field)));
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Range range(String name, String field) {
        String[] ends = field.split("-", 2);
        return new Range(name, Integer.parseInt(ends[0], 16), Integer.parseInt(ends[ends.length - 1], 16));
    }
}
