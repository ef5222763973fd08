package dev.tidar.tensor;

/**
 * How a device stores the weights of a layer. Code that treats types differently has a switch expression without a
 * default, or one class for each type, so that a new type does not compile before each place handles it.
 *
 * <p>Sizes are those of a whole row, because an element of a type need not take whole bytes, and a row need not have a
 * single scale.
 */
public enum WeightType {
    F32,
    BF16,
    /** Symmetric integers with one scale for each row. */
    INT8;

    /** The number of bytes of the elements of a row; scales are not counted. */
    public int rowBytes(int columns) {
        return switch (this) {
            case F32 -> Math.multiplyExact(columns, Float.BYTES);
            case BF16 -> Math.multiplyExact(columns, Short.BYTES);
            case INT8 -> columns;
        };
    }

    /** The number of scales of a row: none, one, or one for each group of its columns. */
    public int scalesPerRow(int columns) {
        return switch (this) {
            case F32, BF16 -> 0;
            case INT8 -> 1;
        };
    }
}
