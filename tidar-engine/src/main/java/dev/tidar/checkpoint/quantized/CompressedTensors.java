package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.quantized.CompressedScheme.Storage;
import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Problem;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The format of compressed-tensors, which vLLM's tools write. A folder may have several schemes; which of them a module
 * has is seen by the shapes of its tensors, so that the expressions of {@code targets} need not be run.
 *
 * @param schemes the different ones among {@code config_groups}
 * @param activations suffixes of tensors that belong to quantised activations, keys or values
 */
record CompressedTensors(Set<CompressedScheme> schemes, Set<String> activations) implements QuantizedFormat {

    private static final List<String> BESIDE =
            List.of(CompressedScheme.SCALE, CompressedScheme.ZERO, CompressedScheme.INDEX, CompressedScheme.SHAPE);

    CompressedTensors {
        schemes = Set.copyOf(schemes);
        activations = Set.copyOf(activations);
    }

    @Override
    public String description() {
        return schemes.stream()
                .map(CompressedScheme::toString)
                .sorted()
                .collect(Collectors.joining(", and ", "compressed-tensors ", ""));
    }

    @Override
    public boolean stores(TensorSet tensors, String module) {
        return find(tensors, module).isPresent();
    }

    @Override
    public long rows(TensorSet tensors, String module) {
        return codes(tensors, module).rows();
    }

    @Override
    public MatrixSource matrix(TensorSet tensors, String module, int rows, int columns) {
        return scheme(tensors, module, rows, columns).matrix(tensors, module, rows, columns);
    }

    private CompressedScheme scheme(TensorSet tensors, String module, int rows, int columns) {
        if (schemes.size() == 1) {
            return schemes.iterator().next();
        }
        List<CompressedScheme> fitting = schemes.stream()
                .filter(scheme -> scheme.fits(tensors, module, rows, columns))
                .toList();
        if (fitting.size() != 1) {
            throw Problem.corrupt(
                    tensors.fileOf(codes(tensors, module).name()),
                    "the tensors of %s must have the shapes of one of the config_groups (%s), but have those of %d",
                    module,
                    description(),
                    fitting.size());
        }
        return fitting.get(0);
    }

    private static TensorEntry codes(TensorSet tensors, String module) {
        return find(tensors, module).orElseThrow();
    }

    /** The tensor with the codes of a module. */
    private static Optional<TensorEntry> find(TensorSet tensors, String module) {
        return Arrays.stream(Storage.values())
                .flatMap(storage -> storage.find(tensors, module).stream())
                .findFirst();
    }

    @Override
    public Part part(TensorSet tensors, TensorEntry entry) {
        String name = entry.name();
        if (name.endsWith(Storage.WORDS.suffix())) {
            return Part.codes(inWords(tensors, entry), DType.I8);
        }
        if (name.endsWith(Storage.INTEGERS.suffix()) && StoredWeights.isCode(entry.type())) {
            return Part.codes(entry.elements(), entry.type() == ElementType.I8 ? DType.I8 : DType.BF16);
        }
        if (BESIDE.stream().anyMatch(name::endsWith)) {
            return Part.beside();
        }
        return activations.stream().anyMatch(name::endsWith) ? Part.withoutEffect() : Part.plain(entry);
    }

    /**
     * The weights in words, without the padding of the last word of a row, as far as the file says how long rows are.
     */
    private static long inWords(TensorSet tensors, TensorEntry entry) {
        String module = entry.name()
                .substring(0, entry.name().length() - Storage.WORDS.suffix().length());
        int mostInWord = WordPacking.FOUR.perWord();
        return tensors.peek(module + CompressedScheme.SHAPE, ElementType.I64, ElementType.I32)
                .filter(shape -> shape.rows() == 2
                        && shape.columns() == 1
                        && entry.shape().size() == 2)
                .map(shape -> shape.integer(1, 0))
                .filter(columns ->
                        columns >= 0 && columns <= mostInWord * entry.shape().get(1))
                .map(columns -> columns * entry.shape().get(0))
                .orElse(mostInWord * entry.elements());
    }
}
