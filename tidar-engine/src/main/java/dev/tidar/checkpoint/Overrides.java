package dev.tidar.checkpoint;

import java.util.OptionalInt;

/**
 * The caller's settings that complete the config.json of a model folder.
 *
 * @param maskTokenId id of the mask token, for a config.json that does not contain it
 * @param blockSize trained draft block in rows, for a config.json that does not contain it
 * @param contextLength number of tokens that the caller will use; empty means the model's own limit
 * @param tidarRequired whether a model that cannot draft is an error, because a TiDAR mode was set explicitly
 */
public record Overrides(
        OptionalInt maskTokenId, OptionalInt blockSize, OptionalInt contextLength, boolean tidarRequired) {

    public static Overrides none() {
        return new Overrides(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), false);
    }
}
