package dev.tidar.checkpoint;

import dev.tidar.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the mask token and the trained block. Published folders use different keys for them, and some folders do not
 * contain them; the caller then sets them. Values that are set twice must agree.
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
     * A number that the file or the caller has set.
     *
     * @param key the name of the setting in messages
     * @param isOverride whether the caller has set it
     */
    private record Setting(String key, int value, boolean isOverride) {}

    /**
     * Returns the mask token and the trained block; empty if there is no mask token and the caller did not ask for
     * drafting.
     */
    Optional<TidarConfig> read(int vocabSize) {
        Optional<Setting> mask = setting(MASK_KEYS, overrides.maskTokenId());
        Optional<Setting> block = setting(BLOCK_KEYS, overrides.blockSize());
        if (mask.isEmpty()) {
            if (overrides.tidarRequired() || overrides.blockSize().isPresent()) {
                throw config.errors()
                        .unsupported(
                                "mask_token_id is missing, so this model can only decode autoregressively; set the mask token id, or"
                                        + " the mode to autoregressive without a block size");
            }
            return Optional.empty();
        }
        requireRange(mask.get(), 0, vocabSize - 1);
        if (block.isEmpty()) {
            throw config.errors()
                    .unsupported(
                            "block_size is missing although the mask token is %d; set the block size that the model was trained with",
                            mask.get().value());
        }
        requireRange(block.get(), TidarConfig.MIN_BLOCK_SIZE, TidarConfig.MAX_BLOCK_SIZE);
        return Optional.of(new TidarConfig(mask.get().value(), block.get().value()));
    }

    private Optional<Setting> setting(List<String> keys, OptionalInt override) {
        List<Setting> found = new ArrayList<>();
        for (JsonFields fields :
                config.object(NESTED).map(nested -> List.of(config, nested)).orElse(List.of(config))) {
            for (String key : keys) {
                fields.integer(key, Integer.MIN_VALUE, Integer.MAX_VALUE)
                        .ifPresent(value -> found.add(new Setting(fields.prefix() + key, value, false)));
            }
        }
        override.ifPresent(value -> found.add(new Setting("the " + keys.get(0) + " that was set", value, true)));
        for (Setting other : found) {
            requireAgreement(found.get(0), other);
        }
        return found.stream().findFirst();
    }

    private void requireAgreement(Setting one, Setting other) {
        if (one.value() != other.value()) {
            if (other.isOverride()) {
                throw config.errors()
                        .contradicted(
                                "%s (%d) must equal %s (%d) of the file; leave it unset, or set it to that",
                                other.key(), other.value(), one.key(), one.value());
            }
            throw config.errors()
                    .wrong("%s (%d) must equal %s (%d)", other.key(), other.value(), one.key(), one.value());
        }
    }

    private void requireRange(Setting setting, int min, int max) {
        if (setting.value() < min || setting.value() > max) {
            String message = "%s must be from %d to %d, but is %d";
            throw setting.isOverride()
                    ? config.errors().contradicted(message, setting.key(), min, max, setting.value())
                    : config.errors().wrong(message, setting.key(), min, max, setting.value());
        }
    }
}
