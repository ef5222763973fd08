package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.List;

/**
 * The FP8 format of DeepSeek's checkpoints ({@code quant_method} {@code fp8}): 8-bit floats with a scale for each
 * block, {@code weight_scale_inv}, by which they are multiplied in spite of its name; or with one scale for each
 * matrix.
 *
 * @param tile what shares a scale
 */
record BlockFloat8(Tile tile) implements QuantizedFormat {

    private static final String CODES = ".weight";
    private static final List<String> SCALES = List.of(".weight_scale_inv", ".weight_scale");
    private static final List<String> ACTIVATIONS = List.of(".input_scale", ".activation_scale");

    static BlockFloat8 read(JsonFields config) {
        String scheme = config.string("activation_scheme").orElse("dynamic");
        if (!scheme.equals("dynamic") && !scheme.equals("static")) {
            throw config.unsupported("activation_scheme", "dynamic or static");
        }
        if (!config.has("weight_block_size")) {
            return new BlockFloat8(Tile.TENSOR);
        }
        List<Integer> block =
                config.integers("weight_block_size", 1, Tile.MAX_EXTENT).orElseThrow();
        if (block.size() != 2) {
            throw config.unsupported("weight_block_size", "two numbers, or null");
        }
        return new BlockFloat8(Tile.block(block.get(0), block.get(1)));
    }

    @Override
    public String description() {
        return "FP8, " + tile;
    }

    @Override
    public boolean stores(TensorSet tensors, String module) {
        return tensors.find(module + CODES)
                .filter(entry -> Float8.is(entry.type()))
                .isPresent();
    }

    @Override
    public long rows(TensorSet tensors, String module) {
        return tensors.entry(module + CODES).rows();
    }

    @Override
    public MatrixSource matrix(TensorSet tensors, String module, int rows, int columns) {
        StoredGrid codes = tensors.grid(
                module + CODES, List.of((long) rows, (long) columns), ElementType.F8_E4M3, ElementType.F8_E5M2);
        String name = SCALES.stream()
                .map(module::concat)
                .filter(tensors::has)
                .findFirst()
                .orElse(module + SCALES.get(0));
        StoredGrid scales = tile.take(tensors, name, rows, columns, Float8.largest(codes.type()));
        return new DequantizedMatrix(
                module + CODES,
                rows,
                columns,
                DType.BF16,
                Codes.bytes(codes),
                new Scales(tile.groups(columns), tile.numbers(scales, rows), Scales.Cells.ZERO),
                List.of(codes, scales));
    }

    @Override
    public Part part(TensorSet tensors, TensorEntry entry) {
        String name = entry.name();
        if (Float8.is(entry.type())) {
            return Part.codes(entry.elements(), DType.BF16);
        }
        if (SCALES.stream().anyMatch(name::endsWith)) {
            return Part.beside();
        }
        return ACTIVATIONS.stream().anyMatch(name::endsWith) ? Part.withoutEffect() : Part.plain(entry);
    }
}
