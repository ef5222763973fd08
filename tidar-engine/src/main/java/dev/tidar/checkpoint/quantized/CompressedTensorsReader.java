package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.quantized.CompressedScheme.Storage;
import dev.tidar.json.JsonFields;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the {@code quantization_config} of compressed-tensors; the defaults are those of its Python classes. */
final class CompressedTensorsReader {

    private static final int MAX_GROUPS = 64;

    private static final Set<String> KNOWN = Set.of(
            "num_bits",
            "type",
            "symmetric",
            "strategy",
            "group_size",
            "block_structure",
            "dynamic",
            "actorder",
            "observer",
            "observer_kwargs",
            "scale_dtype",
            "zp_dtype");

    /** Frozen scales are final as well; whether the weights beside them are codes is seen by the tensors. */
    private static final Set<String> STATUSES = Set.of("compressed", "frozen");

    /** A block in one string, {@code 128x128}, which the Python class takes as well. */
    private static final Pattern BLOCK = Pattern.compile("([1-9][0-9]{0,5})x([1-9][0-9]{0,5})");

    private final JsonFields config;
    private final Set<CompressedScheme> schemes = new LinkedHashSet<>();
    private final Set<String> activations = new HashSet<>();

    private CompressedTensorsReader(JsonFields config) {
        this.config = config;
    }

    static CompressedTensors read(JsonFields config) {
        return new CompressedTensorsReader(config).read();
    }

    private CompressedTensors read() {
        if (config.has("quantization_status")
                && !STATUSES.contains(config.string("quantization_status").orElse(""))) {
            throw config.unsupported("quantization_status", "compressed or frozen");
        }
        requireNothing(config, "sparsity_config");
        requireNothing(config, "transform_config");
        if (!config.isUnset("kv_cache_scheme")) {
            activations.addAll(
                    List.of(".k_scale", ".v_scale", ".q_scale", ".k_proj.output_scale", ".v_proj.output_scale"));
        }
        JsonFields groups = config.object("config_groups").orElseThrow(() -> config.missing("config_groups"));
        if (groups.names().size() > MAX_GROUPS) {
            throw config.unsupported("config_groups", "at most %d groups".formatted(MAX_GROUPS));
        }
        for (String name : groups.names()) {
            readGroup(groups.object(name).orElseThrow(() -> groups.missing(name)));
        }
        if (schemes.isEmpty()) {
            throw config.unsupported("config_groups", "a group with weights or more");
        }
        return new CompressedTensors(schemes, activations);
    }

    private void readGroup(JsonFields group) {
        requireNothing(group, "output_activations");
        if (!group.isUnset("input_activations")) {
            activations.addAll(List.of(".input_scale", ".input_zero_point"));
        }
        if (!group.isUnset("weights")) {
            JsonFields weights = group.object("weights").orElseThrow();
            schemes.add(scheme(weights, group.has("format") ? group : config));
        }
    }

    private static CompressedScheme scheme(JsonFields weights, JsonFields formatted) {
        for (String name : weights.names()) {
            if (!KNOWN.contains(name)) {
                requireNothing(weights, name);
            }
        }
        requireNothing(weights, "dynamic");
        boolean floats = isFloat(weights);
        Storage storage = storage(formatted, floats);
        int bits = weights.integer("num_bits", 1, 64).orElse(8);
        if (bits != 8 && (bits != 4 || floats)) {
            throw weights.unsupported("num_bits", floats ? "8" : "4 or 8");
        }
        boolean symmetric = weights.flag("symmetric").orElse(true);
        if (floats && !symmetric) {
            throw weights.unsupported("symmetric", "true where type is float");
        }
        Tile tile = tile(weights);
        if (storage == Storage.WORDS && tile.height().orElse(0) != 1) {
            throw weights.unsupported("strategy", "group or channel where the format is pack-quantized");
        }
        int stored = storage == Storage.WORDS ? bits : Byte.SIZE;
        return new CompressedScheme(storage, stored, symmetric, tile, isIndexed(weights, tile));
    }

    private static boolean isFloat(JsonFields weights) {
        return switch (weights.string("type").orElse("int").toLowerCase(Locale.ROOT)) {
            case "int" -> false;
            case "float" -> true;
            default -> throw weights.unsupported("type", "int or float");
        };
    }

    private static Storage storage(JsonFields formatted, boolean floats) {
        String format = formatted.string("format").orElseThrow(() -> formatted.missing("format"));
        Storage storage = switch (format) {
            case "pack-quantized" -> Storage.WORDS;
            case "int-quantized" -> Storage.INTEGERS;
            case "float-quantized" -> Storage.FLOATS;
            case "naive-quantized" -> floats ? Storage.FLOATS : Storage.INTEGERS;
            default ->
                throw formatted.unsupported(
                        "format", "pack-quantized, int-quantized, float-quantized or naive-quantized");
        };
        if ((storage == Storage.FLOATS) != floats) {
            throw formatted.unsupported(
                    "format",
                    floats ? "float-quantized for float weights" : "pack-quantized or int-quantized for int weights");
        }
        return storage;
    }

    private static Tile tile(JsonFields weights) {
        int group = weights.integer("group_size", -1, Tile.MAX_EXTENT).orElse(0);
        String inferred = group > 0 ? "group" : group == -1 ? "channel" : "tensor";
        return switch (weights.string("strategy").orElse(inferred).toLowerCase(Locale.ROOT)) {
            case "tensor" -> Tile.TENSOR;
            case "channel" -> Tile.ROW;
            case "group" -> Tile.group(weights.requiredInteger("group_size", 1, Tile.MAX_EXTENT));
            case "block" -> block(weights);
            default -> throw weights.unsupported("strategy", "tensor, channel, group or block");
        };
    }

    private static Tile block(JsonFields weights) {
        if (weights.shown("block_structure").startsWith("\"")) {
            return blockInWords(weights);
        }
        List<Integer> block = weights.integers("block_structure", 1, Tile.MAX_EXTENT)
                .filter(sizes -> sizes.size() == 2)
                .orElseThrow(() -> weights.unsupported("block_structure", "two numbers"));
        return Tile.block(block.get(0), block.get(1));
    }

    private static Tile blockInWords(JsonFields weights) {
        Matcher sizes = BLOCK.matcher(weights.string("block_structure").orElseThrow());
        if (!sizes.matches()) {
            throw weights.unsupported("block_structure", "two numbers, such as [128, 128] or \"128x128\"");
        }
        return Tile.block(Integer.parseInt(sizes.group(1)), Integer.parseInt(sizes.group(2)));
    }

    private static boolean isIndexed(JsonFields weights, Tile tile) {
        return switch (weights.shown("actorder")) {
            case "missing", "false", "\"weight\"", "\"static\"" -> false;
            case "true", "\"group\"", "\"dynamic\"" -> {
                if (!tile.isGroup()) {
                    throw weights.unsupported("actorder", "weight where strategy is not group");
                }
                yield true;
            }
            default -> throw weights.unsupported("actorder", "null, weight or group");
        };
    }

    private static void requireNothing(JsonFields fields, String key) {
        if (!fields.isUnset(key)) {
            throw fields.unsupported(key, "null or absent");
        }
    }
}
