package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Problem;
import java.util.List;

/**
 * What GPTQ and AWQ have in common: {@code qweight}, {@code qzeros} and {@code scales} of the transposed matrix, the
 * scales {@code [groups, rows]}.
 *
 * @param module the module whose tensors these are
 */
record Transposed(TensorSet tensors, String module, int rows, int columns) {

    static final String CODES = ".qweight";
    static final String ZEROS = ".qzeros";
    static final String SCALES = ".scales";
    static final String INDEX = ".g_idx";

    /** Fails unless whole words hold the integers of a dimension. */
    void requireWholeWords(WordPacking packing, int size) {
        if (size % packing.perWord() != 0) {
            throw Problem.unsupported(
                    tensors.fileOf(module + CODES),
                    "both dimensions of %s must be multiples of %d, but they are [%d, %d]",
                    module,
                    packing.perWord(),
                    rows,
                    columns);
        }
    }

    StoredGrid words(String suffix, long down, long across) {
        return tensors.grid(module + suffix, List.of(down, across), ElementType.I32);
    }

    /** Takes the scales, which must be finite. */
    StoredGrid scales(Groups groups) {
        StoredGrid scales = tensors.grid(
                module + SCALES,
                List.of((long) groups.count(), (long) rows),
                ElementType.F16,
                ElementType.BF16,
                ElementType.F32);
        scales.requireFinite();
        return scales;
    }

    static boolean isBeside(TensorEntry entry) {
        return List.of(ZEROS, SCALES, INDEX).stream().anyMatch(entry.name()::endsWith);
    }
}
