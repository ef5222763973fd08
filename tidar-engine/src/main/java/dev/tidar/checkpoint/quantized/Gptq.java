package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.quantized.Scales.Cells;
import dev.tidar.checkpoint.safetensors.ElementType;
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
 * GPTQ (arXiv 2210.17323) as AutoGPTQ and GPTQModel store it: {@code qweight} {@code [columns / codes of a word,
 * rows]}, {@code qzeros} {@code [groups, rows / codes of a word]}.
 *
 * @param packing codes in words
 * @param tile the columns of a row that share a scale
 * @param zerosLessOne whether zero points are stored less 1, as in {@code checkpoint_format} {@code gptq}
 * @param symmetric whether all zero points are half the range of the codes ({@code sym})
 * @param byActivation whether {@code g_idx} may give neighbouring columns different groups ({@code desc_act})
 */
record Gptq(WordPacking packing, Tile tile, boolean zerosLessOne, boolean symmetric, boolean byActivation)
        implements QuantizedFormat {

    private static final String BIAS = ".bias";

    static Gptq read(JsonFields config) {
        int bits = config.requiredInteger("bits", 1, 64);
        if (bits != 4 && bits != 8) {
            throw config.unsupported("bits", "4 or 8");
        }
        for (String key : List.of("is_marlin_format", "adapter", "rotation")) {
            if (!config.isUnset(key)) {
                throw config.unsupported(key, "false, null or absent");
            }
        }
        if (config.has("pack_dtype") && !config.string("pack_dtype").orElse("").equals("int32")) {
            throw config.unsupported("pack_dtype", "int32");
        }
        config.object("dynamic").ifPresent(Gptq::requireExclusions);
        return new Gptq(
                WordPacking.inOrder(bits),
                Transposed.tile(config, "group_size"),
                zerosLessOne(config),
                config.isTrue("sym"),
                config.isTrue("desc_act"));
    }

    /** Rules for single modules may leave them as they are, which their tensors show, and nothing else. */
    private static void requireExclusions(JsonFields dynamic) {
        for (String module : dynamic.names()) {
            if (!module.startsWith("-:")) {
                throw dynamic.errors()
                        .unsupported(
                                "%s%s must not change a module's format; only rules that begin with -: are supported",
                                dynamic.prefix(), module);
            }
        }
    }

    private static boolean zerosLessOne(JsonFields config) {
        String key = config.has("checkpoint_format") ? "checkpoint_format" : "format";
        return switch (config.string(key).orElse("gptq").toLowerCase(Locale.ROOT)) {
            case "gptq" -> true;
            case "gptq_v2" -> false;
            default -> throw config.unsupported(key, "gptq or gptq_v2");
        };
    }

    @Override
    public String description() {
        return "GPTQ int%d, %s%s".formatted(packing.bits(), tile, byActivation ? " by activation" : "");
    }

    @Override
    public boolean stores(TensorSet tensors, String module) {
        return Transposed.stores(tensors, module);
    }

    @Override
    public long rows(TensorSet tensors, String module) {
        List<Long> shape = tensors.entry(module + Transposed.CODES).shape();
        return shape.size() < 2 ? 1 : shape.get(1);
    }

    @Override
    public MatrixSource matrix(TensorSet tensors, String module, int rows, int columns) {
        Transposed stored = new Transposed(tensors, module, rows, columns);
        stored.requireWholeWords(packing, rows);
        stored.requireWholeWords(packing, columns);
        Groups groups = tile.groups(columns);
        StoredGrid codes = stored.words(Transposed.CODES, packing.words(columns), rows);
        StoredGrid zeros = stored.words(Transposed.ZEROS, groups.count(), packing.words(rows));
        if (zerosLessOne || symmetric) {
            tensors.checkOnce(module + Transposed.ZEROS, () -> requireZeros(stored, zeros));
        }
        StoredGrid scales = stored.scales(groups, packing.largest());
        Cells zero = Transposed.zero(zeros, packing);
        int more = more();
        return new DequantizedMatrix(
                module + ".weight",
                rows,
                columns,
                DType.I8,
                Codes.downColumns(codes, packing),
                new Scales(
                        indexed(stored, groups), Transposed.scale(scales), (row, group) -> zero.at(row, group) + more),
                List.of(codes, zeros, scales));
    }

    /** What is to be added to a stored zero point. */
    private int more() {
        return zerosLessOne ? 1 : 0;
    }

    private void requireZeros(Transposed stored, StoredGrid zeros) {
        for (int group = 0; group < zeros.rows(); group++) {
            zeros.requireUnchangedAt(group);
            for (int column = 0; column < zeros.columns(); column++) {
                int word = zeros.word(group, column);
                for (int i = 0; i < packing.perWord(); i++) {
                    requireZero(stored, packing.integer(word, i));
                }
            }
        }
        zeros.requireUnchanged();
    }

    /**
     * Fails where readers differ. Of the largest integer plus 1, some make 0 and others one more than any code. Of the
     * zero points of a symmetric model, some read what is stored, and others take half the range for granted.
     */
    private void requireZero(Transposed stored, int zero) {
        int half = packing.half();
        if (symmetric && zero + more() != half) {
            throw Problem.unsupported(
                    stored.fileOf(Transposed.ZEROS),
                    "zero points in %s must be stored as %d where sym is true and checkpoint_format is %s, but one is"
                            + " %d; checkpoint_format must say how they are stored",
                    stored.module() + Transposed.ZEROS,
                    half - more(),
                    zerosLessOne ? "gptq" : "gptq_v2",
                    zero);
        }
        if (zerosLessOne && zero == packing.largest()) {
            throw Problem.unsupported(
                    stored.fileOf(Transposed.ZEROS),
                    "zero points in %s must be less than %d where checkpoint_format is gptq, which stores them less 1;"
                            + " convert the model to gptq_v2",
                    stored.module() + Transposed.ZEROS,
                    packing.largest());
        }
    }

    private Groups indexed(Transposed stored, Groups groups) {
        String name = stored.module() + Transposed.INDEX;
        if (!byActivation && !stored.tensors().has(name)) {
            return groups;
        }
        StoredGrid index =
                stored.tensors().grid(name, List.of((long) stored.columns()), ElementType.I32, ElementType.I64);
        Groups indexed = groups.indexedBy(stored.tensors(), name, index);
        if (indexed.areNeighbours()) {
            return groups;
        }
        if (!byActivation) {
            throw Problem.corrupt(
                    stored.tensors().fileOf(name),
                    "tensor %s must group neighbouring columns where desc_act is false, but does not",
                    name);
        }
        return indexed;
    }

    /** Older writers gave every module a bias; one of zeros adds nothing to a network that has none. */
    @Override
    public Part part(TensorSet tensors, TensorEntry entry) {
        return isBiasOfZeros(tensors, entry) ? Part.withoutEffect() : Transposed.part(entry, packing);
    }

    private boolean isBiasOfZeros(TensorSet tensors, TensorEntry entry) {
        String name = entry.name();
        if (!name.endsWith(BIAS)) {
            return false;
        }
        String module = name.substring(0, name.length() - BIAS.length());
        return stores(tensors, module) && entry.shape().equals(List.of(rows(tensors, module))) && tensors.isZero(name);
    }
}
