package dev.tidar.backend.cuda.step;

import dev.tidar.step.StepRows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive rows of one sequence, all exact or all drafting, whose queries share the loads of keys. It is
 * {@code StepTile} of {@code step.cuh}.
 *
 * @param firstRow the first row of the tile
 * @param rows the number of rows; 0 in a tile of padding
 * @param sequence the sequence that all rows belong to
 * @param minVisible the number of cached keys that all rows see
 * @param maxVisible the largest number of cached keys that a row sees
 * @param freshFirst first row of their groups
 * @param freshEnd row after the last of their groups
 * @param minPosition the lowest position of a row, padding left out
 */
record AttentionTile(
        int firstRow,
        int rows,
        int sequence,
        int minVisible,
        int maxVisible,
        int freshFirst,
        int freshEnd,
        int minPosition) {

    static final AttentionTile EMPTY = new AttentionTile(0, 0, 0, 0, 0, 0, 0, 0);

    /** All rows of a step, in tiles of at most {@code max} rows. */
    static List<AttentionTile> of(StepRows rows, int max) {
        List<AttentionTile> tiles = new ArrayList<>();
        int total = rows.counts().total();
        for (int row = 0; row < total; ) {
            int limit = Math.min(
                    row + max, row < rows.counts().exact() ? rows.counts().exact() : total);
            int end = row + 1;
            while (end < limit && rows.sequence(end) == rows.sequence(row)) {
                end++;
            }
            tiles.add(of(rows, row, end));
            row = end;
        }
        return tiles;
    }

    private static AttentionTile of(StepRows rows, int first, int end) {
        int min = Integer.MAX_VALUE;
        int max = 0;
        int freshFirst = Integer.MAX_VALUE;
        int freshEnd = 0;
        int minPosition = Integer.MAX_VALUE;
        for (int row = first; row < end; row++) {
            min = Math.min(min, rows.visible(row));
            max = Math.max(max, rows.visible(row));
            minPosition = rows.isPadding(row) ? minPosition : Math.min(minPosition, rows.position(row));
            if (row >= rows.counts().exact() && rows.groupFirst(row) < rows.groupEnd(row)) {
                freshFirst = Math.min(freshFirst, rows.groupFirst(row));
                freshEnd = Math.max(freshEnd, rows.groupEnd(row));
            }
        }
        return new AttentionTile(
                first,
                end - first,
                rows.sequence(first),
                min,
                max,
                Math.min(freshFirst, freshEnd),
                freshEnd,
                minPosition == Integer.MAX_VALUE ? 0 : minPosition);
    }

    /** Writes its 32 bytes. */
    void write(ByteBuffer to) {
        to.putInt(firstRow).putInt(rows).putInt(sequence).putInt(minVisible).putInt(maxVisible);
        to.putInt(freshFirst).putInt(freshEnd).putInt(minPosition);
    }
}
