package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;

/**
 * What sets a family of models apart. All of them are one network: a pre-norm decoder with grouped-query attention,
 * RMSNorm and SwiGLU. The methods that a family does not implement say what Llama does.
 */
public interface Family {

    /** The family's name, {@code model_type} in config.json. */
    String modelType();

    /** The class that {@code architectures} of config.json must name. */
    String architecture();

    /** How the tensors are named. */
    default TensorNames names() {
        return TensorNames.LLAMA;
    }

    /** Which linear layers add a bias. */
    default Biases biases(JsonFields config) {
        return Biases.declared(config);
    }

    /** Whether each query and key head is normalised before it is rotated. */
    default boolean headNorms() {
        return false;
    }

    /**
     * The kind of each layer.
     *
     * @param layers transformer blocks
     * @param context tokens that will be used at most
     */
    default List<LayerKind> layers(JsonFields config, int layers, int context) {
        return LayerKinds.withoutWindows(config, layers, context);
    }

    /**
     * Constant factors.
     *
     * @param headDim width of a head, in elements
     */
    default Multipliers multipliers(JsonFields config, int headDim) {
        return Multipliers.NONE;
    }

    /** What holds where config.json says nothing. */
    default Defaults defaults() {
        return Defaults.TRANSFORMERS;
    }

    /** The kinds of RoPE that are this family's own. */
    default RopeTraits rope() {
        return RopeTraits.PLAIN;
    }

    /** Fails if config.json asks for something that this family can have and the network has not. */
    default void requireSupported(JsonFields config) {}
}
