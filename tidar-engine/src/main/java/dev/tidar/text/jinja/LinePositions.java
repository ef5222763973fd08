package dev.tidar.text.jinja;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Lines and columns of the offsets of a source whose lines end with a newline. */
final class LinePositions {

    /** Offsets at which the lines start, ascending. */
    private final int[] starts;

    LinePositions(String source) {
        IntStream afterNewlines = IntStream.range(0, source.length())
                .filter(i -> source.charAt(i) == '\n')
                .map(i -> i + 1);
        this.starts = IntStream.concat(IntStream.of(0), afterNewlines).toArray();
    }

    Position at(int offset) {
        int found = Arrays.binarySearch(starts, offset);
        int line = found >= 0 ? found : -found - 2;
        return new Position(line + 1, offset - starts[line] + 1);
    }
}
