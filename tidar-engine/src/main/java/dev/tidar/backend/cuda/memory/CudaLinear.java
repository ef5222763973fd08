package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.WeightType;
import java.util.Optional;

/**
 * A packed layer on the device.
 *
 * @param matrix the weights; in a gated layer, 8 rows of one half and 8 rows of the other alternate
 * @param outputs the width of y
 * @param isGated whether it is a gated pair
 * @param bias one float for each packed row
 * @param adapter acts on drafting rows
 */
public record CudaLinear(
        CudaMatrix matrix, int outputs, boolean isGated, Optional<Region> bias, Optional<Adapter> adapter)
        implements Linear {

    /**
     * The adapters of a layer's sources as one pair of products.
     *
     * @param down {@code [ranks, inputs]}
     * @param up {@code [packed rows of the layer, ranks]}; its scales are those of the adapters
     */
    public record Adapter(CudaMatrix down, CudaMatrix up) {}

    @Override
    public int inputs() {
        return matrix.columns();
    }

    @Override
    public WeightType type() {
        return matrix.type();
    }

    public long biasAddress() {
        return bias.map(Region::address).orElse(0L);
    }
}
