package dev.tidar.backend.cuda;

import dev.tidar.step.StepRows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive rows of one sequence, all exact or all drafting, whose queries share the loads of keys; {@code StepTile}
 * of {@code step.cuh}.
 *
 * @param firstRow the first of them
 * @param rows how many they are; 0 in a tile that fills up
 * @param sequence of all of them
 * @param leastVisible cached keys that every one of them sees
 * @param mostVisible cached keys that one of them sees
 * @param freshFirst first row of their groups
 * @param freshEnd row behind the last of their groups
 */
record AttentionTile(
        int firstRow, int rows, int sequence, int leastVisible, int mostVisible, int freshFirst, int freshEnd) {

    static final AttentionTile EMPTY = new AttentionTile(0, 0, 0, 0, 0, 0, 0);

    /** All rows of a step, in tiles of so many rows at most. */
    static List<AttentionTile> of(StepRows rows, int most) {
        List<AttentionTile> tiles = new ArrayList<>();
        int total = rows.counts().total();
        for (int row = 0; row < total; ) {
            int limit = Math.min(
                    row + most, row < rows.counts().exact() ? rows.counts().exact() : total);
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
        int least = Integer.MAX_VALUE;
        int most = 0;
        int freshFirst = Integer.MAX_VALUE;
        int freshEnd = 0;
        for (int row = first; row < end; row++) {
            least = Math.min(least, rows.visible(row));
            most = Math.max(most, rows.visible(row));
            if (row >= rows.counts().exact() && rows.groupFirst(row) < rows.groupEnd(row)) {
                freshFirst = Math.min(freshFirst, rows.groupFirst(row));
                freshEnd = Math.max(freshEnd, rows.groupEnd(row));
            }
        }
        return new AttentionTile(
                first, end - first, rows.sequence(first), least, most, Math.min(freshFirst, freshEnd), freshEnd);
    }

    /** Writes its 32 bytes. */
    void write(ByteBuffer to) {
        to.putInt(firstRow).putInt(rows).putInt(sequence).putInt(leastVisible).putInt(mostVisible);
        to.putInt(freshFirst).putInt(freshEnd).putInt(0);
    }
}
