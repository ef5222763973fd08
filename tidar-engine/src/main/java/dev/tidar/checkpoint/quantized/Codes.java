package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.StoredGrid;

/**
 * The codes of a quantised matrix: what is stored of each element, before zero point and scale. They are small integers
 * or 8-bit floats, and exact as floats.
 */
interface Codes {

    /**
     * Reads the codes of one row.
     *
     * @param columns elements of the row
     * @param target receives the codes from its start
     */
    void read(int row, int columns, float[] target);

    /** One code a byte, {@code [rows, columns]}: signed integers, or floats of either 8-bit type. */
    static Codes bytes(StoredGrid stored) {
        if (stored.type() == ElementType.I8) {
            return (row, columns, target) -> {
                for (int c = 0; c < columns; c++) {
                    target[c] = stored.octet(row, c);
                }
            };
        }
        float[] values = Float8.values(stored.type());
        return (row, columns, target) -> {
            for (int c = 0; c < columns; c++) {
                target[c] = values[stored.octet(row, c) & 0xff];
            }
        };
    }

    /** Signed integers in words along the columns, {@code [rows, words]}, stored with half their range added. */
    static Codes inRows(StoredGrid words, WordPacking packing) {
        int half = packing.half();
        return (row, columns, target) -> {
            int perWord = packing.perWord();
            for (int at = 0, c = 0; c < columns; at++) {
                int word = words.word(row, at);
                for (int i = 0; i < perWord && c < columns; i++, c++) {
                    target[c] = packing.integer(word, i) - half;
                }
            }
        };
    }

    /** Unsigned integers of the transposed matrix in words along the columns, {@code [words, rows]}. */
    static Codes downColumns(StoredGrid words, WordPacking packing) {
        return (row, columns, target) -> {
            int perWord = packing.perWord();
            for (int at = 0, c = 0; c < columns; at++) {
                int word = words.word(at, row);
                for (int i = 0; i < perWord && c < columns; i++, c++) {
                    target[c] = packing.integer(word, i);
                }
            }
        };
    }

    /** Unsigned integers of the transposed matrix in words along the rows, {@code [columns, words]}. */
    static Codes acrossRows(StoredGrid words, WordPacking packing) {
        return (row, columns, target) -> {
            int at = row / packing.perWord();
            int shift = packing.shift(row);
            int mask = packing.largest();
            for (int c = 0; c < columns; c++) {
                target[c] = words.word(c, at) >>> shift & mask;
            }
        };
    }
}
