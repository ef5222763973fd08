package dev.tidar.checkpoint;

import dev.tidar.json.JsonFields;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Reads the settings of the rotary position embedding (RoPE): {@code rope_theta} and {@code rope_scaling} of
 * transformers 4, and {@code rope_parameters} of transformers 5. Only the type {@code default} is supported.
 */
final class RopeReader {

    /** The default of the model classes in transformers. */
    private static final double DEFAULT_THETA = 10_000;

    private static final Set<String> DEFAULT_TYPE_KEYS =
            Set.of("rope_type", "type", "rope_theta", "partial_rotary_factor");

    private final JsonFields config;

    RopeReader(JsonFields config) {
        this.config = config;
    }

    double theta() {
        requireWholeHeads(config);
        OptionalDouble theta = config.number("rope_theta");
        for (String key : List.of("rope_parameters", "rope_scaling")) {
            Optional<JsonFields> rope = config.object(key);
            if (rope.isPresent()) {
                requireDefault(key, rope.get());
                theta = agreed(theta, rope.get().number("rope_theta"));
            }
        }
        return theta.orElse(DEFAULT_THETA);
    }

    private void requireDefault(String key, JsonFields rope) {
        requireWholeHeads(rope);
        for (String typeKey : List.of("rope_type", "type")) {
            if (!rope.string(typeKey).orElse("default").equals("default")) {
                throw rope.unsupported(typeKey, "default");
            }
        }
        for (String name : rope.names()) {
            if (!DEFAULT_TYPE_KEYS.contains(name)) {
                throw config.errors()
                        .unsupported(
                                "%s.%s has no meaning for the rope_type default, which is the only supported one",
                                key, name);
            }
        }
    }

    private void requireWholeHeads(JsonFields fields) {
        if (fields.number("partial_rotary_factor").orElse(1) != 1) {
            throw fields.unsupported("partial_rotary_factor", "1");
        }
    }

    private OptionalDouble agreed(OptionalDouble one, OptionalDouble other) {
        if (one.isPresent() && other.isPresent() && one.getAsDouble() != other.getAsDouble()) {
            throw config.errors()
                    .wrong("rope_theta must agree, but is %s and %s", one.getAsDouble(), other.getAsDouble());
        }
        return one.isPresent() ? one : other;
    }
}
