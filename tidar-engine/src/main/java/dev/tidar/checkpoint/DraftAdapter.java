package dev.tidar.checkpoint;

import dev.tidar.checkpoint.safetensors.SafetensorsFile;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.file.Digests;
import dev.tidar.file.FileNames;
import dev.tidar.file.ModelFile;
import dev.tidar.file.ModelFolder;
import dev.tidar.file.Problem;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.LinearSource;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A PEFT LoRA folder beside a model, {@code draft_adapter/} or {@code linear_spec_lora/}: low-rank additions (arXiv
 * 2106.09685) that act on drafting rows only. The checkpoint loads and closes its adapter.
 */
public final class DraftAdapter {

    private static final String PREFIX = "base_model.model.";
    private static final int MAX_RANK = 4096;
    private static final int MAX_CONFIG_BYTES = 1 << 20;

    /** Settings that change the computation in unsupported ways; each must be absent, null, false or empty. */
    private static final List<String> REJECTED = List.of(
            "fan_in_fan_out",
            "use_dora",
            "lora_bias",
            "rank_pattern",
            "alpha_pattern",
            "modules_to_save",
            "layer_replication",
            "trainable_token_indices",
            "use_qalora",
            "alora_invocation_tokens");

    private final Path folder;
    private final TensorSet tensors;
    private final int rank;
    private final float scale;

    private DraftAdapter(Path folder, TensorSet tensors, int rank, float scale) {
        this.folder = folder;
        this.tensors = tensors;
        this.rank = rank;
        this.scale = scale;
    }

    /** Finds the folder beside a model; two of them are an error, because only one can draft. */
    static Optional<ModelFolder> find(ModelFolder model) {
        List<ModelFolder> found = FileNames.ADAPTER_FOLDERS.stream()
                .flatMap(name -> model.subfolder(name).stream())
                .toList();
        if (found.size() > 1) {
            throw Problem.unsupported(
                    model.path(),
                    "must have one draft adapter, but has %s; remove one",
                    String.join(" and ", FileNames.ADAPTER_FOLDERS));
        }
        return found.stream().findFirst();
    }

    /** Opens the folder and adds what identifies it to the digest. */
    static DraftAdapter open(ModelFolder folder, MessageDigest digest) {
        JsonFields config = ModelFile.fields(folder.file(FileNames.ADAPTER_CONFIG), MAX_CONFIG_BYTES);
        if (!config.string("peft_type").orElse("").equals("LORA")) {
            throw config.unsupported("peft_type", "LORA");
        }
        if (!config.string("bias").orElse("none").equals("none")) {
            throw config.unsupported("bias", "none");
        }
        for (String key : REJECTED) {
            if (!config.isUnset(key)) {
                throw config.unsupported(key, "absent, null or false");
            }
        }
        int rank = config.requiredInteger("r", 1, MAX_RANK);
        double alpha = config.number("lora_alpha").orElseThrow(() -> config.missing("lora_alpha"));
        double scale = alpha / (config.isTrue("use_rslora") ? Math.sqrt(rank) : rank);
        if (!Float.isFinite((float) scale)) {
            throw config.unsupported("lora_alpha", "a number that a float can hold");
        }
        if (!folder.has(FileNames.ADAPTER_WEIGHTS)) {
            throw folder.without(FileNames.ADAPTER_WEIGHTS);
        }
        SafetensorsFile file = SafetensorsFile.open(folder.file(FileNames.ADAPTER_WEIGHTS));
        TensorSet tensors = new TensorSet(folder.path(), List.of(file));
        tensors.addTo(digest);
        Digests.add(digest, Double.toString(scale));
        return new DraftAdapter(folder.path(), tensors, rank, (float) scale);
    }

    /** Returns the rank of every addition. */
    public int rank() {
        return rank;
    }

    /**
     * Returns the addition to one weight matrix; empty if the adapter does not change that matrix.
     *
     * @param weightName name of the model's tensor, such as {@code model.layers.0.self_attn.q_proj.weight}
     * @param outputs rows of that matrix
     * @param inputs columns of that matrix
     */
    public Optional<LinearSource.Adapter> forMatrix(String weightName, int outputs, int inputs) {
        if (!weightName.endsWith(".weight")) {
            throw new IllegalArgumentException("%s must end in .weight".formatted(weightName));
        }
        String module = PREFIX + weightName.substring(0, weightName.length() - ".weight".length());
        String a = module + ".lora_A.weight";
        String b = module + ".lora_B.weight";
        if (!tensors.has(a) && !tensors.has(b)) {
            return Optional.empty();
        }
        return Optional.of(
                new LinearSource.Adapter(tensors.matrix(a, rank, inputs), tensors.matrix(b, outputs, rank), scale));
    }

    /**
     * Fails if a tensor belongs to no matrix that was requested, so that no part of the adapter is silently ignored.
     */
    public void requireAllUsed() {
        Set<String> unused = tensors.unused();
        if (!unused.isEmpty()) {
            throw Problem.corrupt(
                    folder.resolve(FileNames.ADAPTER_WEIGHTS),
                    "tensor %s belongs to no linear layer of this model (%d of %d tensors do not)",
                    unused.iterator().next(),
                    unused.size(),
                    tensors.entries().size());
        }
    }

    TensorSet tensors() {
        return tensors;
    }
}
