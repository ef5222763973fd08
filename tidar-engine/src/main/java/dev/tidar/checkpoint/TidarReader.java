package dev.tidar.checkpoint;

import dev.tidar.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads what makes a model draft. Published folders spell it differently, and some leave it out: then the caller says
 * it. What is said twice must agree.
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

    /**
     * A number and where it stands.
     *
     * @param key for messages
     */
    private record Said(String key, int value) {}

    /** Mask token and draft block; empty if there is no mask token and nobody asked to draft. */
    Optional<TidarConfig> read(int vocabSize) {
        Optional<Said> mask = said(MASK_KEYS, overrides.maskTokenId());
        Optional<Said> block = said(BLOCK_KEYS, overrides.blockSize());
        if (mask.isEmpty()) {
            if (overrides.tidarRequired() || overrides.blockSize().isPresent()) {
                throw config.errors().unsupported("mask_token_id is missing, so this model can only decode autoregressively; set the mask token id, or"
                                + " the mode to autoregressive without a block size");
            }
            return Optional.empty();
        }
        requireRange(mask.get(), 0, vocabSize - 1);
        if (block.isEmpty()) {
            throw config.errors().unsupported("block_size is missing although the mask token is %d; set the block size that the model was trained with",
                    mask.get().value());
        }
        requireRange(block.get(), TidarConfig.MIN_BLOCK_SIZE, TidarConfig.MAX_BLOCK_SIZE);
        return Optional.of(new TidarConfig(mask.get().value(), block.get().value()));
    }

    private Optional<Said> said(List<String> keys, OptionalInt override) {
        List<Said> found = new ArrayList<>();
        for (JsonFields fields :
                config.object(NESTED).map(nested -> List.of(config, nested)).orElse(List.of(config))) {
            for (String key : keys) {
                fields.integer(key, Integer.MIN_VALUE, Integer.MAX_VALUE)
                        .ifPresent(value -> found.add(new Said(fields.prefix() + key, value)));
            }
        }
        override.ifPresent(value -> found.add(new Said("the " + keys.get(0) + " that was set", value)));
        for (Said other : found) {
            requireAgreement(found.get(0), other);
        }
        return found.stream().findFirst();
    }

    private void requireAgreement(Said one, Said other) {
        if (one.value() != other.value()) {
            throw config.errors().wrong("%s (%d) must equal %s (%d)", other.key(), other.value(), one.key(), one.value());
        }
    }

    private void requireRange(Said said, int min, int max) {
        if (said.value() < min || said.value() > max) {
            throw config.errors().wrong("%s must be from %d to %d, but is %d", said.key(), min, max, said.value());
        }
    }
}
