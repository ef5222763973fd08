package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import dev.tidar.tensor.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Reads from config.json which layers have a sliding window: from {@code layer_types}, or by the family's own rule. */
final class LayerKinds {

    private static final String WINDOW = "sliding_window";
    private static final String TYPES = "layer_types";
    private static final String SLIDING = "sliding_attention";
    private static final String FULL = "full_attention";

    private LayerKinds() {}

    /**
     * The layers of a family with windows.
     *
     * @param switchedOn whether a {@code sliding_window} counts at all
     * @param slides the layers that have it where {@code layer_types} is missing
     * @param rotates the layers that rotate
     */
    static List<LayerKind> of(
            JsonFields config, int layers, boolean switchedOn, IntPredicate slides, IntPredicate rotates) {
        Window window = switchedOn ? window(config) : Window.ALL;
        Optional<List<String>> types = config.strings(TYPES);
        if (types.isPresent() && types.get().size() < layers) {
            throw config.errors()
                    .wrong(
                            "layer_types must have a type for each of %d layers, but has %d",
                            layers, types.get().size());
        }
        List<LayerKind> kinds = new ArrayList<>(layers);
        for (int layer = 0; layer < layers; layer++) {
            boolean sliding = types.isPresent() ? isSliding(config, types.get().get(layer)) : slides.test(layer);
            kinds.add(new LayerKind(rotates.test(layer), sliding ? window : Window.ALL));
        }
        return kinds;
    }

    /** The layers of a family that has no windows: one that is shorter than the context is an error. */
    static List<LayerKind> withoutWindows(JsonFields config, int layers, int context) {
        List<LayerKind> kinds =
                of(config, layers, config.flag("use_sliding_window").orElse(true), i -> true, i -> true);
        if (kinds.stream().anyMatch(kind -> kind.window().tokens() < context)) {
            throw config.unsupported(WINDOW, "null or at least the context length of %d".formatted(context));
        }
        return kinds.stream().map(kind -> LayerKind.PLAIN).toList();
    }

    private static Window window(JsonFields config) {
        int tokens = config.integer(WINDOW, 1, Integer.MAX_VALUE).orElse(Integer.MAX_VALUE);
        if (tokens < Window.MIN_TOKENS) {
            throw config.unsupported(WINDOW, "null or at least %d".formatted(Window.MIN_TOKENS));
        }
        return new Window(tokens);
    }

    private static boolean isSliding(JsonFields config, String type) {
        if (!type.equals(SLIDING) && !type.equals(FULL)) {
            throw config.unsupported(TYPES, "%s or %s for every layer".formatted(FULL, SLIDING));
        }
        return type.equals(SLIDING);
    }
}
