package dev.tidar.checkpoint;

import dev.tidar.api.InvalidModelException;
import dev.tidar.checkpoint.quantized.StoredWeights;
import dev.tidar.checkpoint.safetensors.ShardIndex;
import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Digests;
import dev.tidar.file.FileNames;
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
 * A validated model folder: {@code config.json}, {@code generation_config.json}, the safetensors file or shards, and
 * the draft adapter. Opening it reads headers only; weights are mapped and read on request.
 *
 * <p>The loader of a model takes each tensor by name and shape and then checks {@link #unusedNames}: a tensor that was
 * not taken is a part of the network that the loaded model would lack.
 *
 * <p>Only one thread may take tensors. Several threads may read the matrices, even after {@link #close}.
 */
public final class Checkpoint implements AutoCloseable {

    private static final int MAX_CONFIG_BYTES = 1 << 20;

    private final ModelFolder folder;
    private final ModelConfig config;
    private final String drafting;
    private final GenerationDefaults generation;
    private final StoredWeights weights;
    private final String embedding;
    private final Optional<DraftAdapter> adapter;
    private final String fingerprint;

    private Checkpoint(
            ModelFolder folder,
            ModelConfig config,
            String drafting,
            GenerationDefaults generation,
            StoredWeights weights,
            String embedding,
            Optional<DraftAdapter> adapter,
            String fingerprint) {
        this.folder = folder;
        this.config = config;
        this.drafting = drafting;
        this.generation = generation;
        this.weights = weights;
        this.embedding = embedding;
        this.adapter = adapter;
        this.fingerprint = fingerprint;
    }

    /**
     * Opens a model folder.
     *
     * @param overrides the caller's settings that complete config.json
     * @throws InvalidModelException if the folder is incomplete or damaged, is not a model folder, or requires
     *     something that is not supported
     */
    public static Checkpoint open(Path folder, Overrides overrides) {
        ModelFolder files = new ModelFolder(folder.toAbsolutePath().normalize());
        JsonFields json = ModelFile.fields(files.file(FileNames.CONFIG), MAX_CONFIG_BYTES);
        ConfigReader reader = new ConfigReader(json, overrides);
        DraftSettings drafts = new TidarReader(json, overrides, new MaskSearch(files)).read(reader.vocabSize());
        ModelConfig config = reader.read(drafts.tidar());
        Optional<JsonFields> generationJson = files.has(FileNames.GENERATION_CONFIG)
                ? Optional.of(ModelFile.fields(files.file(FileNames.GENERATION_CONFIG), MAX_CONFIG_BYTES))
                : Optional.empty();
        GenerationDefaults generation = GenerationDefaults.read(json, generationJson, config.vocabSize());
        rejectStoppingMask(json, config, generation);
        Optional<StoredWeights.Format> format = StoredWeights.Format.of(json);
        TensorSet tensors = ShardIndex.open(files);
        try {
            StoredWeights weights = new StoredWeights(tensors, format);
            String embedding = new VocabularyRule(files.file(FileNames.CONFIG), json, config, weights).check();
            MessageDigest digest = Digests.sha256();
            Digests.add(digest, json.node().toString());
            tensors.addTo(digest);
            Optional<DraftAdapter> adapter = DraftAdapter.find(files).map(found -> DraftAdapter.open(found, digest));
            return new Checkpoint(
                    files,
                    config,
                    drafts.origin(),
                    generation,
                    weights,
                    embedding,
                    adapter,
                    HexFormat.of().formatHex(digest.digest()));
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

    /** Says where the mask token and the block size come from, or what was looked for. */
    public String drafting() {
        return drafting;
    }

    /** Returns the name of the matrix that is the embedding, and the head where they are tied. */
    public String embeddingName() {
        return embedding;
    }

    /** Returns the adapter for drafting rows if the folder has one. */
    public Optional<DraftAdapter> draftAdapter() {
        return adapter;
    }

    /** Returns the same without its adapter; closing either closes both. */
    public Checkpoint withoutDraftAdapter() {
        return new Checkpoint(folder, config, drafting, generation, weights, embedding, Optional.empty(), fingerprint);
    }

    public boolean has(String name) {
        return weights.has(name);
    }

    /**
     * Maps a matrix {@code [rows, columns]}, under the name that its weights have where they are not quantised. The
     * weights are not read yet, and are dequantised as they are read. The first time that a matrix is taken, its scales
     * are read, which must be finite, and so must be the weights that they make.
     *
     * @throws InvalidModelException if the tensor is missing, has another shape or an unsupported type, or if the file
     *     has changed since it was opened
     */
    public MatrixSource matrix(String name, int rows, int columns) {
        return weights.matrix(name, rows, columns);
    }

    /**
     * Reads a float vector, whose values must all be finite.
     *
     * @throws InvalidModelException as for {@link #matrix}, or if a value is not finite
     */
    public float[] vector(String name, int length) {
        return weights.tensors().vector(name, length);
    }

    /**
     * Returns the names of the tensors that were not taken, in order. Tensors that need not be loaded are left out:
     * stored RoPE tables and a second copy of a tied head.
     */
    public Set<String> unusedNames() {
        Set<String> copies = secondCopy();
        return weights.unused().stream()
                .filter(name -> !isRotaryBuffer(name) && !copies.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Reads all float matrices and fails if one holds NaN or an infinity; the error names the matrix and the number of
     * such values. This costs a pass over the files. Vectors and scales are checked when they are taken.
     */
    public void requireFinite() {
        weights.requireFinite();
        adapter.ifPresent(loaded -> loaded.tensors().requireFinite());
    }

    /**
     * Returns the number of weights of the model, without scales, stored RoPE tables, a second copy of a tied head and
     * the adapter.
     */
    public long parameters() {
        return entries().mapToLong(weights::weightsIn).sum();
    }

    /**
     * Returns the size in bytes of the {@link #parameters()} on a device that is to keep what is stored: F16 is widened
     * to F32, FP8 to BF16, and integers of fewer than 8 bits to int8.
     */
    public long weightBytes() {
        return entries().mapToLong(weights::bytesIn).sum();
    }

    /** Returns the format of quantised matrices in words, such as {@code GPTQ int4, groups of 128}. */
    public Optional<String> quantization() {
        return weights.description();
    }

    private Stream<TensorEntry> entries() {
        Set<String> copies = secondCopy();
        return weights.tensors().entries().stream()
                .filter(entry -> !isRotaryBuffer(entry.name()) && !copies.contains(entry.name()));
    }

    /**
     * Returns the SHA-256, in hex, of config.json and of the name, the length, the header and three samples of the data
     * of every weights file, the adapter included. It is cheap to compute and differs between models, but it does not
     * detect a change of single weights.
     */
    public String fingerprint() {
        return fingerprint;
    }

    private static boolean isRotaryBuffer(String name) {
        return name.endsWith(".rotary_emb.inv_freq");
    }

    /** The tensors of a tied head that is stored besides the embedding. */
    private Set<String> secondCopy() {
        String head = config.family().names().head();
        return config.tiedHead() && !head.equals(embedding) ? weights.tensorsOf(head) : Set.of();
    }

    /** Closes the files. Matrices that were handed out stay readable. */
    @Override
    public void close() {
        weights.tensors().close();
        adapter.ifPresent(loaded -> loaded.tensors().close());
    }
}
