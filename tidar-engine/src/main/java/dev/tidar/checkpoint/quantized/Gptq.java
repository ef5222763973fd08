package dev.tidar.checkpoint.quantized;

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
import java.util.OptionalInt;

/**
 * GPTQ (arXiv 2210.17323) as AutoGPTQ and GPTQModel store it: {@code qweight} {@code [columns / codes of a word,
 * rows]}, {@code qzeros} {@code [groups, rows / codes of a word]}.
 *
 * @param packing codes in words
 * @param width columns of a group; empty for all
 * @param zerosLessOne whether zero points are stored less 1, as in {@code checkpoint_format} {@code gptq}
 * @param byActivation whether {@code g_idx} may give neighbouring columns different groups ({@code desc_act})
 */
record Gptq(WordPacking packing, OptionalInt width, boolean zerosLessOne, boolean byActivation)
        implements QuantizedFormat {

    private static final int MAX_GROUP = 1 << 20;

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
                groupSize(config, "group_size"),
                zerosLessOne(config),
                config.isTrue("desc_act"));
    }

    /** Columns of a group; empty for -1, which stands for all. */
    static OptionalInt groupSize(JsonFields config, String key) {
        int size = config.requiredInteger(key, -1, MAX_GROUP);
        if (size == 0) {
            throw config.unsupported(key, "-1 or at least 1");
        }
        return size == -1 ? OptionalInt.empty() : OptionalInt.of(size);
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
        String groups = width.isPresent() ? "groups of " + width.getAsInt() : "a scale for each row";
        return "GPTQ int%d, %s%s".formatted(packing.bits(), groups, byActivation ? " by activation" : "");
    }

    @Override
    public boolean stores(TensorSet tensors, String module) {
        return tensors.has(module + Transposed.CODES);
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
        Groups groups = Groups.of(columns, width.orElse(columns));
        StoredGrid codes = stored.words(Transposed.CODES, packing.words(columns), rows);
        StoredGrid zeros = stored.words(Transposed.ZEROS, groups.count(), packing.words(rows));
        if (zerosLessOne) {
            requireZerosInRange(tensors, module + Transposed.ZEROS, zeros);
        }
        StoredGrid scales = stored.scales(groups);
        int more = zerosLessOne ? 1 : 0;
        return new DequantizedMatrix(
                module + ".weight",
                rows,
                columns,
                DType.I8,
                Codes.downColumns(codes, packing),
                new Scales(
                        indexed(stored, groups),
                        (row, group) -> scales.number(group, row),
                        (row, group) -> packing.integer(zeros.word(group, row / packing.perWord()), row) + more),
                List.of(codes, zeros, scales));
    }

    /**
     * Of the largest integer plus 1, some readers make 0 and others one more than any code; there is no right answer.
     */
    private void requireZerosInRange(TensorSet tensors, String name, StoredGrid zeros) {
        for (int group = 0; group < zeros.rows(); group++) {
            for (int column = 0; column < zeros.columns(); column++) {
                int word = zeros.word(group, column);
                for (int i = 0; i < packing.perWord(); i++) {
                    if (packing.integer(word, i) == packing.largest()) {
                        throw Problem.unsupported(
                                tensors.fileOf(name),
                                "zero points in %s must be less than %d where checkpoint_format is gptq, which stores"
                                        + " them less 1; convert the model to gptq_v2",
                                name,
                                packing.largest());
                    }
                }
            }
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
        String name = entry.name();
        if (name.endsWith(Transposed.CODES)) {
            return Part.codes(entry.elements() * packing.perWord(), DType.I8);
        }
        if (Transposed.isBeside(entry)) {
            return Part.beside();
        }
        if (name.endsWith(".bias")
                && stores(tensors, name.substring(0, name.length() - ".bias".length()))
                && tensors.isZero(name)) {
            return Part.withoutEffect();
        }
        return Part.plain(entry);
    }
}
