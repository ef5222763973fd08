package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * SmolLM3: Llama with layers that do not rotate (NoPE, arXiv 2501.18795), every fourth one, and a tied head. A window,
 * where it is switched on, is that of the layers without rotation.
 */
final class SmolLm3 implements Family {

    private static final String LIST = "no_rope_layers";
    private static final int INTERVAL = 4;

    @Override
    public String modelType() {
        return "smollm3";
    }

    @Override
    public String architecture() {
        return "SmolLM3ForCausalLM";
    }

    @Override
    public List<LayerKind> layers(JsonFields config, int layers, int context) {
        IntPredicate rotates = rotates(config, layers);
        return LayerKinds.of(config, layers, config.isTrue("use_sliding_window"), rotates.negate(), rotates);
    }

    /** The list says 1 where a layer rotates, in spite of its name. */
    private static IntPredicate rotates(JsonFields config, int layers) {
        Optional<List<Integer>> listed = config.integers(LIST, 0, 1);
        if (listed.isEmpty()) {
            int interval = config.integer("no_rope_layer_interval", 1, Integer.MAX_VALUE)
                    .orElse(INTERVAL);
            return layer -> (layer + 1) % interval != 0;
        }
        if (listed.get().size() < layers) {
            throw config.errors()
                    .wrong(
                            "%s must have a value for each of %d layers, but has %d",
                            LIST, layers, listed.get().size());
        }
        return layer -> listed.get().get(layer) == 1;
    }

    @Override
    public Defaults defaults() {
        return new Defaults(2_000_000, true, true);
    }
}
