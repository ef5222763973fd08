package dev.tidar.checkpoint.family;

/**
 * What the model classes in transformers take where config.json says nothing.
 *
 * @param ropeTheta base of the RoPE frequencies
 * @param tiedHead whether the output head uses the weights of the embedding
 * @param multiHead whether each query head has its own key head; otherwise config.json must say
 */
public record Defaults(double ropeTheta, boolean tiedHead, boolean multiHead) {

    static final Defaults TRANSFORMERS = new Defaults(10_000, false, true);

    /** Those of Qwen's model classes, for which config.json must say how many key heads there are. */
    static final Defaults QWEN = new Defaults(10_000, false, false);
}
