package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Problem;
import java.util.Optional;

/** Which columns of a row share a scale. */
final class Groups {

    private final int width;
    private final int count;
    private final Optional<int[]> index;

    private Groups(int width, int count, Optional<int[]> index) {
        this.width = width;
        this.count = count;
        this.index = index;
    }

    /** Groups of neighbouring columns; the last may have fewer than the width. */
    static Groups of(int columns, int width) {
        return new Groups(width, Math.toIntExact((columns + (long) width - 1) / width), Optional.empty());
    }

    /**
     * These groups with their columns as a tensor says, a group for each column. A group has no more columns than its
     * width, because readers that sort the columns by their groups would take the surplus for another group's.
     *
     * @param name of the tensor, for messages
     */
    Groups indexedBy(TensorSet tensors, String name, StoredGrid stored) {
        int[] index = new int[stored.rows()];
        int[] members = new int[count];
        for (int column = 0; column < index.length; column++) {
            stored.requireUnchangedAt(column);
            long group = stored.integer(column, 0);
            if (group < 0 || group >= count) {
                throw Problem.corrupt(
                        tensors.fileOf(name),
                        "tensor %s must name groups from 0 to %d, but names %d for column %d",
                        name,
                        count - 1,
                        group,
                        column);
            }
            index[column] = (int) group;
            if (++members[index[column]] > width) {
                throw Problem.corrupt(
                        tensors.fileOf(name),
                        "tensor %s must name a group %d times, but names %d more often",
                        name,
                        width,
                        group);
            }
        }
        stored.requireUnchanged();
        return new Groups(width, count, Optional.of(index));
    }

    /** Columns of a group. */
    int width() {
        return width;
    }

    /** Groups of a row. */
    int count() {
        return count;
    }

    /** The group of a column. */
    int of(int column) {
        return index.isPresent() ? index.get()[column] : column / width;
    }

    /** Whether a tensor lists the groups of the columns. */
    boolean areListed() {
        return index.isPresent();
    }

    /** Whether the list says what no list says. */
    boolean areNeighbours() {
        return index.map(groups -> {
                    for (int column = 0; column < groups.length; column++) {
                        if (groups[column] != column / width) {
                            return false;
                        }
                    }
                    return true;
                })
                .orElse(true);
    }
}
