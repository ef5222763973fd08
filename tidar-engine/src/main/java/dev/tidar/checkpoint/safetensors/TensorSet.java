package dev.tidar.checkpoint.safetensors;

import dev.tidar.api.InvalidModelException;
import dev.tidar.file.Problem;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The tensors of one or several safetensors files by name. The set records which of them were taken. */
public final class TensorSet implements AutoCloseable {

    private final Path folder;
    private final List<SafetensorsFile> files;
    private final Map<String, Located> tensors = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private final Set<String> checked = new HashSet<>();

    private record Located(SafetensorsFile file, TensorEntry entry) {}

    /**
     * Takes ownership of the files. They are closed with this set, or at once if two of them hold a tensor of the same
     * name, which is an error.
     */
    public TensorSet(Path folder, List<SafetensorsFile> files) {
        this.folder = folder;
        this.files = List.copyOf(files);
        for (SafetensorsFile file : files) {
            for (TensorEntry entry : file.tensors().values()) {
                Located other = tensors.putIfAbsent(entry.name(), new Located(file, entry));
                if (other != null) {
                    close();
                    throw Problem.corrupt(
                            file.path(),
                            "tensor %s is also in %s",
                            entry.name(),
                            other.file().path().getFileName());
                }
            }
        }
    }

    /** Adds to the digest what identifies these files. */
    public void addTo(MessageDigest digest) {
        for (SafetensorsFile file : files) {
            file.addTo(digest);
        }
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public Collection<TensorEntry> entries() {
        return tensors.values().stream().map(Located::entry).toList();
    }

    /** Takes a float matrix of this shape. */
    public MatrixSource matrix(String name, int rows, int columns) {
        Located tensor = take(name, List.of((long) rows, (long) columns));
        return new StoredMatrix(tensor.file(), tensor.entry(), floats(tensor), new float[0]);
    }

    /**
     * Takes an int8 matrix of this shape with its scales, one for each row.
     *
     * @param scales name of the tensor that holds them
     */
    public MatrixSource int8Matrix(String name, String scales, int rows, int columns) {
        Located tensor = take(name, List.of((long) rows, (long) columns));
        requireType(tensor, ElementType.I8);
        return new StoredMatrix(tensor.file(), tensor.entry(), DType.I8, rowScales(name, scales, rows));
    }

    /** Takes a tensor of this shape, of at most two dimensions, and of one of these types. */
    public StoredGrid grid(String name, List<Long> shape, ElementType... types) {
        Located tensor = take(name, shape);
        requireType(tensor, types);
        return new StoredGrid(tensor.file(), tensor.entry());
    }

    /**
     * Takes scales of this shape, of at most two dimensions, and of one of these types; they and the weights must be
     * finite.
     *
     * @param largest the largest that a scale is multiplied by
     */
    public StoredGrid scales(String name, List<Long> shape, float largest, ElementType... types) {
        StoredGrid scales = grid(name, shape, types);
        checkOnce(name, () -> scales.requireFinite(largest));
        return scales;
    }

    /** Takes a float vector of this length, whose values must all be finite. */
    public float[] vector(String name, int length) {
        Located tensor = take(name, List.of((long) length));
        TensorEntry stored = tensor.entry();
        TensorEntry row =
                new TensorEntry(stored.name(), stored.type(), List.of(1L, (long) length), stored.begin(), stored.end());
        float[] values = new float[length];
        new StoredMatrix(tensor.file(), row, floats(tensor), new float[0]).readRow(0, values);
        requireNone(tensor.file(), stored, countNonFinite(values));
        return values;
    }

    /**
     * A tensor of one of these types and of at most two dimensions, if there is one, to be looked at: it does not count
     * as taken.
     */
    public Optional<StoredGrid> peek(String name, ElementType... types) {
        return Optional.ofNullable(tensors.get(name))
                .filter(found -> List.of(types).contains(found.entry().type())
                        && found.entry().shape().size() <= 2)
                .map(found -> new StoredGrid(found.file(), found.entry()));
    }

    /** Whether all bits of a tensor are zero; this reads it, and does not count as taking it. */
    public boolean isZero(String name) {
        return bytes(located(name)).areZero();
    }

    private static TensorBytes bytes(Located tensor) {
        return new TensorBytes(tensor.file(), tensor.entry());
    }

    /**
     * Runs a check of what a tensor holds, unless it has passed before: a model that is planned and then loaded takes
     * each tensor twice.
     */
    public void checkOnce(String name, Runnable check) {
        if (!checked.contains(name)) {
            check.run();
            checked.add(name);
        }
    }

    public TensorEntry entry(String name) {
        return located(name).entry();
    }

    public Optional<TensorEntry> find(String name) {
        return Optional.ofNullable(tensors.get(name)).map(Located::entry);
    }

    /** The file that holds a tensor, for messages. */
    public Path fileOf(String name) {
        return located(name).file().path();
    }

    /** Whether two tensors have the same type, shape and bytes; this reads both. */
    public boolean same(String one, String other) {
        Located a = located(one);
        Located b = located(other);
        return a.entry().type() == b.entry().type()
                && a.entry().shape().equals(b.entry().shape())
                && bytes(a).areThoseOf(bytes(b));
    }

    /** Returns the names of the tensors that were not taken, in order. */
    public Set<String> unused() {
        Set<String> names = new TreeSet<>(tensors.keySet());
        names.removeAll(used);
        return names;
    }

    /**
     * Reads every float matrix and fails if one holds NaN or an infinity; the error names it and the number of such
     * values.
     */
    public void requireFinite() {
        for (Located tensor : tensors.values()) {
            var dtype = tensor.entry().type().dtype().filter(type -> type != DType.I8);
            if (dtype.isEmpty()
                    || tensor.entry().shape().size() != 2
                    || tensor.entry().bytes() == 0) {
                continue;
            }
            var matrix = new StoredMatrix(tensor.file(), tensor.entry(), dtype.get(), new float[0]);
            float[] row = new float[matrix.columns()];
            long bad = 0;
            for (int r = 0; r < matrix.rows(); r++) {
                matrix.readRow(r, row);
                bad += countNonFinite(row);
            }
            requireNone(tensor.file(), tensor.entry(), bad);
        }
    }

    private float[] rowScales(String name, String scaleName, int rows) {
        if (!has(scaleName)) {
            throw Problem.incomplete(fileOf(name), "int8 tensor %s has no %s", name, scaleName);
        }
        List<Long> shape = entry(scaleName).shape();
        StoredGrid stored = scales(
                scaleName,
                shape.size() == 1 ? List.of((long) rows) : List.of((long) rows, 1L),
                -Byte.MIN_VALUE,
                ElementType.F32,
                ElementType.F16,
                ElementType.BF16);
        float[] scales = new float[rows];
        for (int row = 0; row < rows; row++) {
            stored.requireUnchangedAt(row);
            scales[row] = stored.number(row, 0);
        }
        stored.requireUnchanged();
        return scales;
    }

    private Located take(String name, List<Long> shape) {
        Located tensor = located(name);
        if (!tensor.entry().shape().equals(shape)) {
            throw Problem.corrupt(
                    tensor.file().path(),
                    "tensor %s must have the shape %s by config.json, but has %s",
                    name,
                    shape,
                    tensor.entry().shape());
        }
        used.add(name);
        return tensor;
    }

    private Located located(String name) {
        Located tensor = tensors.get(name);
        if (tensor == null) {
            throw Problem.incomplete(
                    folder, "tensor %s is missing among %d; config.json asks for it", name, tensors.size());
        }
        return tensor;
    }

    private static DType floats(Located tensor) {
        requireType(tensor, ElementType.F32, ElementType.F16, ElementType.BF16);
        return tensor.entry().type().dtype().orElseThrow();
    }

    private static void requireType(Located tensor, ElementType... types) {
        ElementType type = tensor.entry().type();
        if (!List.of(types).contains(type)) {
            throw Problem.unsupported(
                    tensor.file().path(),
                    "tensor %s must have the type %s, but has %s",
                    tensor.entry().name(),
                    Arrays.stream(types).map(ElementType::name).collect(Collectors.joining(" or ")),
                    type);
        }
    }

    private static int countNonFinite(float[] values) {
        int count = 0;
        for (float value : values) {
            if (!Float.isFinite(value)) {
                count++;
            }
        }
        return count;
    }

    /** Fails if so many values of a tensor, which are NaN or infinite, are any. */
    public void requireNone(String name, long nonFinite) {
        Located tensor = located(name);
        requireNone(tensor.file(), tensor.entry(), nonFinite);
    }

    static void requireNone(SafetensorsFile file, TensorEntry entry, long nonFinite) {
        if (nonFinite > 0) {
            throw Problem.corrupt(
                    file.path(),
                    "tensor %s must be finite, but holds %d values that are NaN or infinite",
                    entry.name(),
                    nonFinite);
        }
    }

    @Override
    public void close() {
        List<InvalidModelException> failures = new ArrayList<>();
        for (SafetensorsFile file : files) {
            try {
                file.close();
            } catch (InvalidModelException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }
}
