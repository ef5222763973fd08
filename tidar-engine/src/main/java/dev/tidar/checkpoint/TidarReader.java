package dev.tidar.checkpoint;

import dev.tidar.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Reads the mask token, the trained block, and what is said about its drafts. Published folders use different keys for
 * the first two, and some folders do not contain them; the caller then sets them, or the mask token is found in the
 * tokenizer where the caller asks for drafts or a block size is known. Values that are set twice must agree.
 */
final class TidarReader {

    private static final List<String> MASK_KEYS = List.of("mask_token_id", "mask_id");
    private static final List<String> BLOCK_KEYS =
            List.of("block_size", "block_length", "draft_length", "draft_len", "bd_size");
    private static final String SHORT_GROUPS = "short_groups";
    private static final String NESTED = "tidar_config";

    private final JsonFields config;
    private final Overrides overrides;
    private final MaskSearch tokenizer;

    TidarReader(JsonFields config, Overrides overrides, MaskSearch tokenizer) {
        this.config = config;
        this.overrides = overrides;
        this.tokenizer = tokenizer;
    }

    /**
     * A number that the file or the caller has set.
     *
     * @param key the name of the setting in messages
     * @param isOverride whether the caller has set it
     */
    private record Setting(String key, int value, boolean isOverride) {}

    /**
     * Returns the mask token and the trained block; none if there is no mask token and the caller did not ask for
     * drafting.
     */
    DraftSettings read(int vocabSize) {
        Optional<Setting> block = setting(BLOCK_KEYS, overrides.blockSize());
        boolean asked = overrides.tidarRequired() || overrides.blockSize().isPresent();
        Optional<Setting> mask = setting(MASK_KEYS, overrides.maskTokenId());
        if (mask.isEmpty() && (asked || block.isPresent())) {
            mask = tokenizer.find().map(found -> new Setting(found.where(), found.id(), false));
        }
        if (mask.isEmpty()) {
            if (asked) {
                throw config.errors()
                        .unsupported(
                                "mask_token_id is missing, so this model can only decode autoregressively; set the mask token id, or"
                                        + " the mode to autoregressive without a block size. Looked for %s",
                                lookedFor(true));
            }
            return DraftSettings.none(lookedFor(block.isPresent()));
        }
        requireRange(mask.get(), 0, vocabSize - 1);
        if (block.isEmpty()) {
            throw config.errors()
                    .unsupported(
                            "block_size is missing although the mask token is %d; set the block size that the model was trained with",
                            mask.get().value());
        }
        requireRange(block.get(), TidarConfig.MIN_BLOCK_SIZE, TidarConfig.MAX_BLOCK_SIZE);
        return new DraftSettings(
                Optional.of(new TidarConfig(mask.get().value(), block.get().value(), shortGroups(), kept())),
                "mask token %d from %s, block size %d from %s"
                        .formatted(
                                mask.get().value(),
                                mask.get().key(),
                                block.get().value(),
                                block.get().key()));
    }

    private static String lookedFor(boolean inTokenizer) {
        String keys = "%s in config.json".formatted(String.join(", ", MASK_KEYS));
        return inTokenizer
                ? keys + ", and in the tokenizer for " + MaskSearch.texts()
                : keys + "; with a block size or a drafting mode, the tokenizer would be asked too";
    }

    private boolean shortGroups() {
        List<Boolean> found =
                places().flatMap(fields -> fields.flag(SHORT_GROUPS).stream()).toList();
        if (found.contains(true) && found.contains(false)) {
            throw config.errors()
                    .wrong(
                            "%s.%s (%s) must equal %s (%s)",
                            NESTED, SHORT_GROUPS, found.get(1), SHORT_GROUPS, found.get(0));
        }
        return found.contains(true);
    }

    private KeptByLayout kept() {
        List<KeptByLayout> found =
                places().flatMap(fields -> KeptByLayout.read(fields).stream()).toList();
        if (found.stream().distinct().count() > 1) {
            throw config.errors().wrong("%s.kept_by_layout must equal kept_by_layout", NESTED);
        }
        return found.stream().findFirst().orElse(KeptByLayout.NONE);
    }

    /** Where settings may stand: in the file, and in an object of it. */
    private Stream<JsonFields> places() {
        return Stream.concat(Stream.of(config), config.object(NESTED).stream());
    }

    private Optional<Setting> setting(List<String> keys, OptionalInt override) {
        List<Setting> found = new ArrayList<>();
        for (JsonFields fields : places().toList()) {
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
