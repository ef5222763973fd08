package dev.tidar.model;

import dev.tidar.checkpoint.family.LayerKind;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.Linear;
import java.util.Optional;

/**
 * Weights of one transformer block, on a device.
 *
 * @param kind what sets its attention apart from that of other blocks
 * @param attentionNorm before attention, {@code [hidden]}
 * @param qkv hidden to query, key and value heads, stacked
 * @param headNorms norms of each query and key head, where the family has them
 * @param output attention back to hidden
 * @param mlpNorm before the MLP, {@code [hidden]}
 * @param gateUp hidden to the gated intermediate width
 * @param down intermediate width back to hidden
 */
record LayerWeights(
        LayerKind kind,
        Gain attentionNorm,
        Linear qkv,
        Optional<HeadNorms> headNorms,
        Linear output,
        Gain mlpNorm,
        Linear gateUp,
        Linear down) {}
