package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Problem;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.List;
import java.util.Locale;

/**
 * AWQ (arXiv 2306.00978) as AutoAWQ stores it in its version {@code gemm}: {@code qweight} {@code [columns, rows / 8]},
 * {@code qzeros} {@code [groups, rows / 8]}, both interleaved.
 *
 * @param tile the columns of a row that share a scale
 */
record Awq(Tile tile) implements QuantizedFormat {

    private static final WordPacking PACKING = WordPacking.INTERLEAVED_FOUR;

    static Awq read(JsonFields config) {
        String bits = config.has("w_bit") ? "w_bit" : "bits";
        if (config.requiredInteger(bits, 1, 64) != PACKING.bits()) {
            throw config.unsupported(bits, "4");
        }
        if (!config.flag("zero_point").orElse(true)) {
            throw config.unsupported("zero_point", "true");
        }
        String key = config.has("version") ? "version" : "format";
        if (!config.string(key).orElse("gemm").toLowerCase(Locale.ROOT).equals("gemm")) {
            throw config.unsupported(key, "gemm");
        }
        if (config.string("backend").orElse("").equals("llm-awq")) {
            throw config.unsupported("backend", "another than llm-awq, which has a layout of its own");
        }
        return new Awq(Transposed.tile(config, config.has("q_group_size") ? "q_group_size" : "group_size"));
    }

    @Override
    public String description() {
        return "AWQ int4, " + tile;
    }

    @Override
    public boolean stores(TensorSet tensors, String module) {
        return Transposed.stores(tensors, module);
    }

    @Override
    public long rows(TensorSet tensors, String module) {
        List<Long> shape = tensors.entry(module + Transposed.CODES).shape();
        return shape.size() < 2 ? 1 : shape.get(1) * PACKING.perWord();
    }

    @Override
    public MatrixSource matrix(TensorSet tensors, String module, int rows, int columns) {
        Transposed stored = new Transposed(tensors, module, rows, columns);
        stored.requireWholeWords(PACKING, rows);
        Groups groups = tile.groups(columns);
        if (columns % groups.width() != 0) {
            throw Problem.unsupported(
                    tensors.fileOf(module + Transposed.CODES),
                    "group_size must divide the %d columns of %s, but is %d",
                    columns,
                    module,
                    groups.width());
        }
        StoredGrid codes = stored.words(Transposed.CODES, columns, PACKING.words(rows));
        StoredGrid zeros = stored.words(Transposed.ZEROS, groups.count(), PACKING.words(rows));
        StoredGrid scales = stored.scales(groups, PACKING.largest());
        return new DequantizedMatrix(
                module + ".weight",
                rows,
                columns,
                DType.I8,
                Codes.acrossRows(codes, PACKING),
                new Scales(groups, Transposed.scale(scales), Transposed.zero(zeros, PACKING)),
                List.of(codes, zeros, scales));
    }

    @Override
    public Part part(TensorSet tensors, TensorEntry entry) {
        return Transposed.part(entry, PACKING);
    }
}
