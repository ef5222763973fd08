package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.quantized.Scales.Cells;
import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Problem;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.List;
import java.util.Optional;

/**
 * One of the {@code config_groups} of compressed-tensors: how the matrices of some modules are stored.
 *
 * @param storage the tensor that holds the codes
 * @param bits of a code
 * @param symmetric whether there are no zero points
 * @param tile what shares a scale
 * @param indexed whether a tensor lists the group of each column ({@code actorder} {@code group})
 */
record CompressedScheme(Storage storage, int bits, boolean symmetric, Tile tile, boolean indexed) {

    static final String SCALE = ".weight_scale";
    static final String ZERO = ".weight_zero_point";
    static final String INDEX = ".weight_g_idx";
    static final String SHAPE = ".weight_shape";

    /** Where codes are. */
    enum Storage {
        /** Integers in words of 32 bits, {@code weight_packed}. */
        WORDS(".weight_packed"),
        /** An int8 {@code weight}. */
        INTEGERS(".weight"),
        /** An 8-bit float {@code weight}. */
        FLOATS(".weight");

        private final String suffix;

        Storage(String suffix) {
            this.suffix = suffix;
        }

        String suffix() {
            return suffix;
        }

        Optional<TensorEntry> find(TensorSet tensors, String module) {
            return tensors.find(module + suffix).filter(this::holds);
        }

        private boolean holds(TensorEntry entry) {
            return switch (this) {
                case WORDS -> true;
                case INTEGERS -> entry.type() == ElementType.I8;
                case FLOATS -> Float8.is(entry.type());
            };
        }
    }

    /** Whether the tensors of a module have the shapes that this scheme gives them. */
    boolean fits(TensorSet tensors, String module, int rows, int columns) {
        Optional<TensorEntry> codes = storage.find(tensors, module);
        Optional<TensorEntry> scales = tensors.find(module + SCALE);
        return codes.isPresent()
                && codes.get().shape().equals(codeShape(rows, columns))
                && scales.isPresent()
                && scales.get()
                        .shape()
                        .equals(tile.shape(rows, columns, scales.get().shape().size()))
                && hasWholeGroups(columns)
                && symmetric != tensors.has(module + ZERO)
                && indexed == tensors.has(module + INDEX);
    }

    private List<Long> codeShape(int rows, int columns) {
        return List.of((long) rows, storage == Storage.WORDS ? packing().words(columns) : columns);
    }

    private boolean hasWholeGroups(int columns) {
        return !tile.isGroup()
                || columns < tile.width().orElseThrow()
                || columns % tile.width().orElseThrow() == 0;
    }

    private WordPacking packing() {
        return WordPacking.inOrder(bits);
    }

    MatrixSource matrix(TensorSet tensors, String module, int rows, int columns) {
        if (storage == Storage.INTEGERS && symmetric && tile.equals(Tile.ROW)) {
            return tensors.int8Matrix(module + storage.suffix, module + SCALE, rows, columns);
        }
        requireWholeGroups(tensors, module, columns);
        StoredGrid codes = codes(tensors, module, rows, columns);
        StoredGrid scales = tile.take(tensors, module + SCALE, rows, columns, largest(codes));
        Groups groups = tile.groups(columns);
        if (indexed) {
            groups = indexed(tensors, module + INDEX, columns, groups);
        }
        List<StoredGrid> files = List.of(codes, scales);
        Cells zeros = Cells.ZERO;
        if (!symmetric) {
            StoredGrid stored = zeros(tensors, module + ZERO, rows, columns);
            files = List.of(codes, scales, stored);
            zeros = storage == Storage.WORDS ? zerosInWords(stored) : tile.integers(stored, rows);
        }
        return new DequantizedMatrix(
                module + ".weight",
                rows,
                columns,
                storage == Storage.FLOATS ? DType.BF16 : DType.I8,
                storage == Storage.WORDS ? Codes.inRows(codes, packing()) : Codes.bytes(codes),
                new Scales(groups, tile.numbers(scales, rows), zeros),
                files);
    }

    /** The largest difference of a code and its zero point. */
    private float largest(StoredGrid codes) {
        return storage == Storage.FLOATS
                ? Float8.largest(codes.type())
                : packing().largest();
    }

    private void requireWholeGroups(TensorSet tensors, String module, int columns) {
        if (!hasWholeGroups(columns)) {
            throw Problem.unsupported(
                    tensors.fileOf(module + storage.suffix),
                    "group_size must divide the %d columns of %s, but is %d",
                    columns,
                    module,
                    tile.width().orElseThrow());
        }
    }

    private StoredGrid codes(TensorSet tensors, String module, int rows, int columns) {
        if (storage == Storage.WORDS) {
            requireShape(tensors, module + SHAPE, rows, columns);
        }
        ElementType[] types = switch (storage) {
            case WORDS -> new ElementType[] {ElementType.I32};
            case INTEGERS -> new ElementType[] {ElementType.I8};
            case FLOATS -> new ElementType[] {ElementType.F8_E4M3, ElementType.F8_E5M2};
        };
        return tensors.grid(module + storage.suffix, codeShape(rows, columns), types);
    }

    private static void requireShape(TensorSet tensors, String name, int rows, int columns) {
        StoredGrid shape = tensors.grid(name, List.of(2L), ElementType.I64, ElementType.I32);
        if (shape.integer(0, 0) != rows || shape.integer(1, 0) != columns) {
            throw Problem.corrupt(
                    tensors.fileOf(name),
                    "tensor %s must hold the shape [%d, %d] by config.json, but holds [%d, %d]",
                    name,
                    rows,
                    columns,
                    shape.integer(0, 0),
                    shape.integer(1, 0));
        }
    }

    /** The format takes an index that holds -1 for one that was never set, and the columns for neighbours. */
    private static Groups indexed(TensorSet tensors, String name, int columns, Groups groups) {
        StoredGrid stored = tensors.grid(name, List.of((long) columns), ElementType.I32, ElementType.I64);
        return hasUnset(stored) ? groups : groups.indexedBy(tensors, name, stored);
    }

    private static boolean hasUnset(StoredGrid index) {
        boolean unset = false;
        for (int column = 0; column < index.rows() && !unset; column++) {
            index.requireUnchangedAt(column);
            unset = index.integer(column, 0) == -1;
        }
        index.requireUnchanged();
        return unset;
    }

    private StoredGrid zeros(TensorSet tensors, String name, int rows, int columns) {
        List<Long> tiles = tile.shape(rows, columns, tensors.entry(name).shape().size());
        return storage == Storage.WORDS
                ? tensors.grid(name, List.of(packing().words(rows), tiles.get(tiles.size() - 1)), ElementType.I32)
                : tensors.grid(name, tiles, ElementType.I8);
    }

    /** Zero points in words along the rows, stored like codes. */
    private Cells zerosInWords(StoredGrid words) {
        WordPacking packing = packing();
        int half = packing.half();
        return (row, group) -> packing.integer(words.word(row / packing.perWord(), group), row) - half;
    }

    @Override
    public String toString() {
        String codes = storage == Storage.FLOATS ? "FP8" : "int" + bits;
        return "%s, %s%s".formatted(codes, tile, symmetric ? "" : " with zero points");
    }
}
