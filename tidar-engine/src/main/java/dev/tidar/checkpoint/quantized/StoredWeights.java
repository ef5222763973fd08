package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.quantized.CompressedScheme.Storage;
import dev.tidar.checkpoint.quantized.QuantizedFormat.Part;
import dev.tidar.checkpoint.quantized.QuantizedFormat.Part.Role;
import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.StoredGrid;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Problem;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The matrices of a checkpoint by the names that their weights have in an unquantised one, such as
 * {@code model.layers.0.self_attn.q_proj.weight}, however they are stored. Thread-safe.
 */
public final class StoredWeights {

    private static final String WEIGHT = ".weight";
    private static final List<String> CODES = List.of(Storage.WORDS.suffix(), Transposed.CODES);

    private final TensorSet tensors;
    private final Optional<Format> format;
    /** What each tensor means, by its name; some formats read tensors to find out. */
    private final Map<String, Part> parts = new ConcurrentHashMap<>();

    /**
     * Takes the tensors of a checkpoint.
     *
     * @param tensors all of them
     * @param format how quantised matrices are stored; empty where config.json says that there are none
     */
    public StoredWeights(TensorSet tensors, Optional<Format> format) {
        this.tensors = tensors;
        this.format = format;
    }

    /** What {@code quantization_config} says, read and checked. */
    public static final class Format {

        private final QuantizedFormat stored;

        private Format(QuantizedFormat stored) {
            this.stored = stored;
        }

        /**
         * Reads config.json; empty where nothing is quantised.
         *
         * @throws dev.tidar.api.InvalidModelException if a format is asked for that would be read wrongly
         */
        public static Optional<Format> of(JsonFields config) {
            if (!config.isUnset("compression_config")) {
                throw config.unsupported("compression_config", "absent; the supported key is quantization_config");
            }
            return config.object("quantization_config").map(fields -> new Format(QuantizedFormat.read(fields)));
        }
    }

    /** All tensors of the checkpoint. */
    public TensorSet tensors() {
        return tensors;
    }

    /** The stored format in words, such as {@code GPTQ int4, groups of 128}. */
    public Optional<String> description() {
        return format.map(found -> found.stored.description());
    }

    /** Whether there is a matrix of this name. */
    public boolean has(String weight) {
        return tensors.has(weight) || isQuantized(weight);
    }

    private boolean isQuantized(String weight) {
        return format.map(found -> found.stored.stores(tensors, module(weight))).orElse(false);
    }

    /** The number of rows of a matrix, by its own shape. */
    public long rows(String weight) {
        if (isQuantized(weight)) {
            return format.orElseThrow().stored.rows(tensors, module(weight));
        }
        return tensors.entry(weight).rows();
    }

    /**
     * Takes a matrix.
     *
     * @throws dev.tidar.api.InvalidModelException if a tensor of it is missing, has another shape or an unsupported
     *     type, or holds what its format cannot mean
     */
    public MatrixSource matrix(String weight, int rows, int columns) {
        if (isQuantized(weight)) {
            return format.orElseThrow().stored.matrix(tensors, module(weight), rows, columns);
        }
        if (format.isEmpty()) {
            requirePlain(weight);
        }
        return tensors.matrix(weight, rows, columns);
    }

    /** Codes without a format are a folder whose config.json is not its own, not a folder that lacks a tensor. */
    private void requirePlain(String weight) {
        Optional<TensorEntry> plain = tensors.find(weight).filter(entry -> isCode(entry.type()));
        Optional<TensorEntry> packed = CODES.stream()
                .flatMap(suffix -> tensors.find(module(weight) + suffix).stream())
                .findFirst();
        plain.or(() -> packed).ifPresent(entry -> {
            throw Problem.unsupported(
                    tensors.fileOf(entry.name()),
                    "tensor %s is %s, which needs a quantization_config in config.json",
                    entry.name(),
                    entry.type());
        });
    }

    static boolean isCode(ElementType type) {
        return type == ElementType.I8 || Float8.is(type);
    }

    /** The names of the tensors that hold a matrix, with those that its format knows beside its codes, in order. */
    public Set<String> tensorsOf(String weight) {
        return tensors.entries().stream()
                .filter(entry -> isOf(weight, entry))
                .map(TensorEntry::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private boolean isOf(String weight, TensorEntry entry) {
        String prefix = module(weight) + ".";
        return entry.name().equals(weight)
                || entry.name().startsWith(prefix)
                        && entry.name().indexOf('.', prefix.length()) < 0
                        && part(entry).role() == Role.OF_MATRIX;
    }

    /** Whether two matrices are stored alike, in tensors of the same types, shapes and bytes; this reads both. */
    public boolean same(String one, String other) {
        Set<String> suffixes = suffixes(one);
        return suffixes.equals(suffixes(other))
                && suffixes.stream().allMatch(suffix -> tensors.same(module(one) + suffix, module(other) + suffix));
    }

    private Set<String> suffixes(String weight) {
        return tensorsOf(weight).stream()
                .map(name -> name.substring(module(weight).length()))
                .collect(Collectors.toSet());
    }

    /** The number of weights that a tensor holds; none where it only helps to read others. */
    public long weightsIn(TensorEntry entry) {
        return part(entry).weights();
    }

    /** The size in bytes of the weights that a tensor holds, on a device that is to keep what is stored. */
    public long bytesIn(TensorEntry entry) {
        Part part = part(entry);
        int bytes = part.keptAs() == DType.F16 ? Float.BYTES : part.keptAs().bytes();
        return part.weights() * bytes;
    }

    private Part part(TensorEntry entry) {
        return parts.computeIfAbsent(
                entry.name(),
                name -> format.map(found -> found.stored.part(tensors, entry)).orElseGet(() -> Part.plain(entry)));
    }

    /** The names of the tensors that were not taken and that a network needs, in order. */
    public Set<String> unused() {
        return tensors.unused().stream()
                .filter(name -> part(tensors.entry(name)).isNeeded())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Reads all float matrices and all 8-bit floats, and fails if one holds NaN or an infinity; the error names it and
     * the number of such values. Scales are checked when they are taken.
     */
    public void requireFinite() {
        tensors.requireFinite();
        for (TensorEntry entry : tensors.entries()) {
            if (Float8.is(entry.type()) && entry.bytes() > 0) {
                tensors.peek(entry.name(), entry.type()).ifPresent(stored -> requireFinite(entry, stored));
            }
        }
    }

    private void requireFinite(TensorEntry entry, StoredGrid stored) {
        float[] values = Float8.values(stored.type());
        long bad = 0;
        for (int row = 0; row < stored.rows(); row++) {
            stored.requireUnchangedAt(row);
            for (int column = 0; column < stored.columns(); column++) {
                bad += Float.isFinite(values[stored.octet(row, column) & 0xff]) ? 0 : 1;
            }
        }
        stored.requireUnchanged();
        tensors.requireNone(entry.name(), bad);
    }

    /** The module of a weight: its name without the last part. */
    static String module(String weight) {
        return weight.endsWith(WEIGHT) ? weight.substring(0, weight.length() - WEIGHT.length()) : weight;
    }
}
