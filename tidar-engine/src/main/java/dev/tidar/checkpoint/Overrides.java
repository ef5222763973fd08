package dev.tidar.checkpoint;

import java.util.OptionalInt;

/**
 * Settings of the caller that complete the config.json of a model folder.
 *
 * @param maskTokenId mask token, where config.json does not say
 * @param blockSize trained draft block in rows, where config.json does not say
 * @param contextLength tokens that the caller will use; empty is the model's own limit
 * @param tidarRequired whether a model that cannot draft is an error: a TiDAR mode was set explicitly
 */
public record Overrides(
        OptionalInt maskTokenId, OptionalInt blockSize, OptionalInt contextLength, boolean tidarRequired) {

    public static Overrides none() {
        return new Overrides(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), false);
    }
}
