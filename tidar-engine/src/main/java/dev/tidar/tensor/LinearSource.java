package dev.tidar.tensor;

import java.util.Optional;

/**
 * One linear layer as a checkpoint stores it.
 *
 * @param weight {@code [outputs, inputs]}
 * @param bias {@code [outputs]}
 * @param adapter acts on drafting rows only
 */
public record LinearSource(MatrixSource weight, Optional<float[]> bias, Optional<Adapter> adapter) {

    public LinearSource {
        if (bias.isPresent() && bias.get().length != weight.rows()) {
            throw new IllegalArgumentException("bias of %s must have %d elements, but has %d"
                    .formatted(weight.name(), weight.rows(), bias.get().length));
        }
        if (adapter.isPresent()) {
            Adapter low = adapter.get();
            if (low.a().columns() != weight.columns()
                    || low.b().rows() != weight.rows()
                    || low.a().rows() != low.b().columns()) {
                throw new IllegalArgumentException("adapter of %s [%d, %d] must be a [r, %d] and b [%d, r]"
                        .formatted(weight.name(), weight.rows(), weight.columns(), weight.columns(), weight.rows()));
            }
        }
    }

    public static LinearSource of(MatrixSource weight) {
        return new LinearSource(weight, Optional.empty(), Optional.empty());
    }

    /**
     * A low-rank addition (LoRA, arXiv 2106.09685): {@code y += scale · (x · aᵀ) · bᵀ}.
     *
     * @param a {@code [r, inputs]}
     * @param b {@code [outputs, r]}
     * @param scale lora_alpha / r
     */
    public record Adapter(MatrixSource a, MatrixSource b, float scale) {}
}
