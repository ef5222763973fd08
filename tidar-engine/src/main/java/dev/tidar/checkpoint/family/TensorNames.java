package dev.tidar.checkpoint.family;

import java.util.Locale;
import java.util.Optional;

/**
 * How a family names its tensors.
 *
 * @param body what all names but the head's begin with, such as {@code model.}
 * @param head the output head
 * @param fusedQkv the module of a block that holds query, key and value heads in one matrix, in this order; empty where
 *     they are three
 * @param fusedGateUp the module of a block that holds both halves of the gated layer in one matrix, the gate first;
 *     empty where they are two
 */
public record TensorNames(String body, String head, Optional<String> fusedQkv, Optional<String> fusedGateUp) {

    /** The names of Llama, which most families share. */
    static final TensorNames LLAMA = new TensorNames("model.", "lm_head.weight", Optional.empty(), Optional.empty());

    /** The embedding. */
    public String embedding() {
        return body + "embed_tokens.weight";
    }

    /** The gain of the norm before the head. */
    public String finalNorm() {
        return body + "norm.weight";
    }

    /** What the names of a block begin with. */
    public String block(int layer) {
        return String.format(Locale.ROOT, "%slayers.%d.", body, layer);
    }
}
