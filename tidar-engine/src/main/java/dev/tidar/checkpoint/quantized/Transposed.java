package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.quantized.QuantizedFormat.Part;
import dev.tidar.checkpoint.quantized.Scales.Cells;
import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Problem;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.DType;
import java.nio.file.Path;
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

    private static final List<String> BESIDE = List.of(ZEROS, SCALES, INDEX);

    static boolean stores(TensorSet tensors, String module) {
        return tensors.has(module + CODES);
    }

    /** The role of a tensor of a folder in which some modules are stored so. */
    static Part part(TensorEntry entry, WordPacking packing) {
        String name = entry.name();
        if (name.endsWith(CODES)) {
            return Part.codes(entry.elements() * packing.perWord(), DType.I8);
        }
        return BESIDE.stream().anyMatch(name::endsWith) ? Part.beside() : Part.plain(entry);
    }

    /** Reads how many columns share a scale; -1 stands for all. */
    static Tile tile(JsonFields config, String key) {
        int width = config.requiredInteger(key, -1, Tile.MAX_EXTENT);
        if (width == 0) {
            throw config.unsupported(key, "-1 or at least 1");
        }
        return width == -1 ? Tile.ROW : Tile.group(width);
    }

    /** The file of a tensor of the module, for messages. */
    Path fileOf(String suffix) {
        return tensors.fileOf(module + suffix);
    }

    /** Fails unless whole words hold the integers of a dimension. */
    void requireWholeWords(WordPacking packing, int size) {
        if (size % packing.perWord() != 0) {
            throw Problem.unsupported(
                    fileOf(CODES),
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

    /**
     * Takes the scales; they and the weights must be finite.
     *
     * @param largest the largest difference of a code and its zero point
     */
    StoredGrid scales(Groups groups, int largest) {
        return tensors.scales(
                module + SCALES,
                List.of((long) groups.count(), (long) rows),
                largest,
                ElementType.F16,
                ElementType.BF16,
                ElementType.F32);
    }

    /** The scale of each group of each row. */
    static Cells scale(StoredGrid scales) {
        return (row, group) -> scales.number(group, row);
    }

    /** The zero point of each group of each row. */
    static Cells zero(StoredGrid zeros, WordPacking packing) {
        return (row, group) -> packing.integer(zeros.word(group, row / packing.perWord()), row);
    }
}
