package dev.tidar.checkpoint.rope;

import dev.tidar.checkpoint.family.Family;
import dev.tidar.checkpoint.rope.RopeKind.Turned;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.QueryScale;
import dev.tidar.tensor.Rotation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Reads the settings of the rotary position embedding (RoPE): {@code rope_theta} and {@code rope_scaling} of
 * transformers 4, and {@code rope_parameters} of transformers 5. A setting that means nothing to the kind of RoPE is
 * rejected.
 */
public final class RopeReader {

    private static final String BETA = "llama_4_scaling_beta";
    private static final String PART = "partial_rotary_factor";
    private static final List<String> OBJECTS = List.of("rope_parameters", "rope_scaling");

    private final JsonFields config;
    private final Family family;

    public RopeReader(JsonFields config, Family family) {
        this.config = config;
        this.family = family;
    }

    /**
     * What rotates the heads of a network.
     *
     * @param rotation of whole heads: pairs that do not rotate come last and have the inverse frequency 0
     * @param rotatedWidth the elements of a head that rotate, in the order of the checkpoint its first ones
     */
    public record Rope(Rotation rotation, int rotatedWidth) {}

    /**
     * Reads the rotation.
     *
     * @param headDim width of a head, in elements
     * @param maxPositions {@code max_position_embeddings}
     * @param context tokens that will be used at most
     * @param scoreFactor what scores are multiplied by besides {@code 1 / sqrt(headDim)}
     */
    public Rope read(int headDim, int maxPositions, int context, float scoreFactor) {
        Optional<JsonFields> object = object();
        JsonFields rope = object.orElse(config);
        RopeKind kind = kind(rope);
        object.ifPresent(fields -> requireKnown(fields, kind));
        int width = rotatedWidth(rope, headDim);
        double theta = theta(rope);
        RopeField field = new RopeField(config, rope, theta, width, maxPositions, context);
        Turned turned = kind.turn(inverseFrequencies(theta, width), field);
        QueryScale scale = new QueryScale(scoreFactor, (float) beta(rope), field.original());
        float[] whole = Arrays.copyOf(turned.inverseFrequencies(), headDim / 2);
        return new Rope(new Rotation(whole, turned.factor(), scale), width);
    }

    /** The one object with settings, if there is one; both names at once must say the same. */
    private Optional<JsonFields> object() {
        List<JsonFields> found =
                OBJECTS.stream().flatMap(key -> config.object(key).stream()).toList();
        if (found.size() == 2 && !found.get(0).node().equals(found.get(1).node())) {
            throw config.errors().wrong("rope_parameters and rope_scaling must agree, but do not");
        }
        return found.stream().findFirst();
    }

    private RopeKind kind(JsonFields rope) {
        if (rope == config) {
            return RopeKind.DEFAULT;
        }
        String key = rope.has("rope_type") ? "rope_type" : "type";
        String name = rope.string(key).orElse("default");
        if (rope.has("rope_type") && !rope.string("type").orElse(name).equals(name)) {
            throw rope.errors().wrong("%stype must equal rope_type (%s)", rope.prefix(), name);
        }
        return RopeKind.named(name).orElseThrow(() -> rope.unsupported(key, "one of " + RopeKind.allNames()));
    }

    private void requireKnown(JsonFields rope, RopeKind kind) {
        for (String name : rope.names()) {
            boolean known =
                    kind.knows(name) || name.equals(BETA) && family.rope().scalesQueries();
            if (!known && rope.has(name)) {
                throw rope.errors()
                        .unsupported(
                                "%s has no meaning for the rope_type %s of model_type %s",
                                rope.prefix() + name, kind.name().toLowerCase(Locale.ROOT), family.modelType());
            }
        }
    }

    private int rotatedWidth(JsonFields rope, int headDim) {
        double part = agreed(PART, rope).orElse(1);
        if (part != 1 && !family.rope().partial()) {
            throw (config.has(PART) ? config : rope).unsupported(PART, "1 for model_type " + family.modelType());
        }
        int width = (int) (headDim * part);
        if (!(part > 0) || part > 1 || width % 2 != 0 || width == 0) {
            throw rope.errors()
                    .wrong(
                            "%s must give an even part of head_dim (%d), but is %s",
                            PART, headDim, Double.toString(part));
        }
        return width;
    }

    private double beta(JsonFields rope) {
        double beta = family.rope().scalesQueries() ? rope.number(BETA).orElse(0) : 0;
        if (beta < 0 || beta > 100) {
            throw rope.errors().wrong("%s must be from 0 to 100, but is %s", rope.prefix() + BETA, beta);
        }
        return beta;
    }

    private double theta(JsonFields rope) {
        double theta = agreed("rope_theta", rope).orElse(family.defaults().ropeTheta());
        if (!(theta > 1) || theta > 1e15) {
            throw config.errors().wrong("rope_theta must be above 1 and at most 1e15, but is %s", theta);
        }
        return theta;
    }

    /** A number that may stand beside the object or in it. */
    private OptionalDouble agreed(String key, JsonFields rope) {
        OptionalDouble beside = config.number(key);
        OptionalDouble inside = rope.number(key);
        if (beside.isPresent() && inside.isPresent() && beside.getAsDouble() != inside.getAsDouble()) {
            throw config.errors()
                    .wrong("%s must agree, but is %s and %s", key, beside.getAsDouble(), inside.getAsDouble());
        }
        return beside.isPresent() ? beside : inside;
    }

    /** {@code theta^(-2i / width)} in float, as the reference implementations compute it. */
    private static float[] inverseFrequencies(double theta, int width) {
        float[] inverse = new float[width / 2];
        for (int i = 0; i < inverse.length; i++) {
            float exponent = (float) (2 * i) / width;
            inverse[i] = 1 / (float) Math.pow(theta, exponent);
        }
        return inverse;
    }
}
