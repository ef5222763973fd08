package dev.tidar.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads what makes a model draft. Published folders spell it differently, and some leave it out: then the caller says it. What
 * is said twice must agree.
 */
final class TidarReader {

    private static final List<String> MASK_KEYS = List.of("mask_token_id", "mask_id");
    private static final List<String> BLOCK_KEYS = List.of("block_size", "block_length", "draft_length", "draft_len");
    private static final String NESTED = "tidar_config";

    private final JsonFields config;
    private final Overrides overrides;

    TidarReader(JsonFields config, Overrides overrides) {
        this.config = config;
        this.overrides = overrides;
    }

    /** Mask token and draft block; empty if there is no mask token and nobody asked to draft. */
    Optional<TidarConfig> read(int vocabSize) {
        OptionalInt mask = one(MASK_KEYS, overrides.maskTokenId());
        OptionalInt block = one(BLOCK_KEYS, overrides.blockSize());
        if (mask.isEmpty()) {
            if (overrides.tidarRequired() || overrides.blockSize().isPresent()) {
                throw Problem.unsupported(
                        config.file(),
                        "mask_token_id is missing, so this model can only decode autoregressively; set the mask token id, or"
                                + " the mode to autoregressive without a block size");
            }
            return Optional.empty();
        }
        if (mask.getAsInt() < 0 || mask.getAsInt() >= vocabSize) {
            throw Problem.corrupt(
                    config.file(), "mask_token_id must be in [0, vocab_size = %d), but is %d", vocabSize, mask.getAsInt());
        }
        if (block.isEmpty()) {
            throw Problem.unsupported(
                    config.file(),
                    "block_size is missing although the mask token is %d; set the block size that the model was trained with",
                    mask.getAsInt());
        }
        return Optional.of(new TidarConfig(mask.getAsInt(), block.getAsInt()));
    }

    private OptionalInt one(List<String> keys, OptionalInt override) {
        OptionalInt value = OptionalInt.empty();
        String from = "";
        for (JsonFields fields : config.object(NESTED).map(nested -> List.of(config, nested)).orElse(List.of(config))) {
            for (String key : keys) {
                OptionalInt found = fields.integer(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
                requireAgreement(from, value, fields.prefix() + key, found);
                if (found.isPresent()) {
                    value = found;
                    from = fields.prefix() + key;
                }
            }
        }
        requireAgreement(from, value, "the " + keys.get(0) + " that was set", override);
        return value.isPresent() ? value : override;
    }

    private void requireAgreement(String from, OptionalInt value, String other, OptionalInt found) {
        if (value.isPresent() && found.isPresent() && value.getAsInt() != found.getAsInt()) {
            throw Problem.corrupt(
                    config.file(), "%s (%d) must equal %s (%d)", other, found.getAsInt(), from, value.getAsInt());
        }
    }
}
