package dev.tidar.checkpoint;

import dev.tidar.api.InvalidModelException;
import dev.tidar.checkpoint.safetensors.ElementType;
import dev.tidar.checkpoint.safetensors.ShardIndex;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Digests;
import dev.tidar.file.ModelFile;
import dev.tidar.file.ModelFolder;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.MatrixSource;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model folder, checked: {@code config.json}, {@code generation_config.json}, the safetensors file or shards, and the
 * draft adapter. Opening reads headers only; weights are mapped and read when they are asked for.
 *
 * <p>The loader of a model takes each tensor by name and shape and then looks at {@link #unusedNames}: a tensor that
 * was not taken is a part of the network that would be left out.
 *
 * <p>One thread takes tensors; several threads may read the matrices, also after {@link #close}.
 */
public final class Checkpoint implements AutoCloseable {

    private static final String CONFIG = "config.json";
    private static final String GENERATION = "generation_config.json";
    private static final int MAX_CONFIG_BYTES = 1 << 20;

    private final ModelFolder folder;
    private final ModelConfig config;
    private final GenerationDefaults generation;
    private final TensorSet tensors;
    private final Optional<DraftAdapter> adapter;
    private final String fingerprint;

    private Checkpoint(
            ModelFolder folder,
            ModelConfig config,
            GenerationDefaults generation,
            TensorSet tensors,
            Optional<DraftAdapter> adapter,
            String fingerprint) {
        this.folder = folder;
        this.config = config;
        this.generation = generation;
        this.tensors = tensors;
        this.adapter = adapter;
        this.fingerprint = fingerprint;
    }

    /**
     * Opens a model folder.
     *
     * @param overrides settings of the caller that complete config.json
     * @throws InvalidModelException if the folder is incomplete, damaged, something else, or asks for what is not
     *     supported
     */
    public static Checkpoint open(Path folder, Overrides overrides) {
        ModelFolder files = new ModelFolder(folder.toAbsolutePath().normalize());
        JsonFields json = ModelFile.fields(files.file(CONFIG), MAX_CONFIG_BYTES);
        ModelConfig config = new ConfigReader(json, overrides).read();
        Optional<JsonFields> generationJson = files.has(GENERATION)
                ? Optional.of(ModelFile.fields(files.file(GENERATION), MAX_CONFIG_BYTES))
                : Optional.empty();
        GenerationDefaults generation = GenerationDefaults.read(json, generationJson, config.vocabSize());
        rejectStoppingMask(json, config, generation);
        TensorSet tensors = ShardIndex.open(files, json.has("quantization_config"));
        try {
            new VocabularyRule(files.file(CONFIG), json, config, tensors).check();
            MessageDigest digest = Digests.sha256();
            Digests.add(digest, json.node().toString());
            tensors.addTo(digest);
            Optional<DraftAdapter> adapter =
                    files.subfolder(DraftAdapter.FOLDER).map(found -> DraftAdapter.open(found, digest));
            return new Checkpoint(
                    files, config, generation, tensors, adapter, HexFormat.of().formatHex(digest.digest()));
        } catch (InvalidModelException e) {
            tensors.close();
            throw e;
        }
    }

    private static void rejectStoppingMask(JsonFields json, ModelConfig config, GenerationDefaults generation) {
        config.tidar().ifPresent(tidar -> {
            if (generation.stopIds().contains(tidar.maskTokenId())) {
                throw json.errors()
                        .wrong("mask_token_id must not be a stop id, but %d is in eos_token_id", tidar.maskTokenId());
            }
        });
    }

    public Path folder() {
        return folder.path();
    }

    public ModelConfig config() {
        return config;
    }

    public GenerationDefaults generation() {
        return generation;
    }

    /** The adapter for drafting rows, where the folder has one. */
    public Optional<DraftAdapter> draftAdapter() {
        return adapter;
    }

    public boolean has(String name) {
        return tensors.has(name);
    }

    /**
     * Maps a matrix {@code [rows, columns]}; an int8 matrix comes with its scales, one for each row, from
     * {@code <name>_scale}. Weights are not read yet; scales are, and must be finite.
     *
     * @throws InvalidModelException if the tensor is missing, has another shape or an unsupported type, or if the file
     *     has changed since it was opened
     */
    public MatrixSource matrix(String name, int rows, int columns) {
        return tensors.matrix(name, rows, columns);
    }

    /**
     * Reads a float vector, all of it finite.
     *
     * @throws InvalidModelException as {@link #matrix}
     */
    public float[] vector(String name, int length) {
        return tensors.vector(name, length);
    }

    /**
     * Tensors that were not taken, in order, without those that hold nothing to load: stored RoPE tables and a second
     * copy of a tied head.
     */
    public Set<String> unusedNames() {
        return tensors.unused().stream()
                .filter(name -> !isRotaryBuffer(name))
                .filter(name -> !(config.tiedHead() && name.startsWith(VocabularyRule.HEAD)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Reads all float matrices and fails if one holds NaN or an infinity; the error has its name and their number. This
     * costs a pass over the files; vectors and scales are checked when they are taken.
     */
    public void requireFinite() {
        tensors.requireFinite();
        adapter.ifPresent(loaded -> loaded.tensors().requireFinite());
    }

    /** Weights of the model, without scales, stored RoPE tables, a second copy of a tied head and the adapter. */
    public long parameters() {
        return weights().mapToLong(TensorEntry::elements).sum();
    }

    /** Bytes of the {@link #parameters()} on a device that keeps their types, F16 widened to F32. */
    public long weightBytes() {
        return weights()
                .mapToLong(entry -> entry.type() == ElementType.F16 ? 2 * entry.bytes() : entry.bytes())
                .sum();
    }

    private Stream<TensorEntry> weights() {
        return tensors.entries().stream()
                .filter(entry -> !isRotaryBuffer(entry.name()) && !isScale(entry.name()))
                .filter(entry -> !(config.tiedHead() && entry.name().equals(VocabularyRule.HEAD)));
    }

    /**
     * SHA-256, in hex, over config.json and the name, length and header of every weights file with three samples of its
     * data, the adapter included. Cheap, and different for different models; it does not notice a change of single
     * weights.
     */
    public String fingerprint() {
        return fingerprint;
    }

    private static boolean isRotaryBuffer(String name) {
        return name.endsWith(".rotary_emb.inv_freq");
    }

    private boolean isScale(String name) {
        return name.endsWith(TensorSet.SCALE)
                && tensors.has(name.substring(0, name.length() - TensorSet.SCALE.length()));
    }

    /** Closes the files. Matrices that were handed out stay readable. */
    @Override
    public void close() {
        tensors.close();
        adapter.ifPresent(loaded -> loaded.tensors().close());
    }
}
