package dev.tidar.model;

import dev.tidar.tensor.Gain;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.RotaryTable;
import java.util.List;

/**
 * All weights of a model, on a device.
 *
 * @param embedding {@code [vocab, hidden]}
 * @param layers transformer blocks in order
 * @param finalNorm before the head, {@code [hidden]}
 * @param head hidden to logits; the embedding itself where they are tied
 * @param rotary RoPE for every position a row can have
 * @param still the same for layers that do not rotate; the first one where all do
 */
record TidarWeights(
        Linear embedding,
        List<LayerWeights> layers,
        Gain finalNorm,
        Linear head,
        RotaryTable rotary,
        RotaryTable still) {

    TidarWeights {
        layers = List.copyOf(layers);
    }
}
