package dev.tidar.backend.weights;

import dev.tidar.api.WeightFormat;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.WeightType;
import java.util.List;

/**
 * The rule by which a device chooses the type of each layer.
 *
 * @param format what the options ask for
 * @param widest the type for weights that are not integers if their own type is wider, and for sources whose types
 *     differ
 */
public record WeightChoice(WeightFormat format, WeightType widest) {

    /** The type in which the sources are packed into one matrix. */
    public WeightType of(List<LinearSource> sources) {
        return switch (format) {
            case AUTO -> asStored(sources);
            case F32 -> widest;
            case BF16 -> WeightType.BF16;
            case INT8 -> WeightType.INT8;
        };
    }

    private WeightType asStored(List<LinearSource> sources) {
        DType first = sources.get(0).weight().keptAs();
        if (sources.stream().anyMatch(source -> source.weight().keptAs() != first)) {
            return widest;
        }
        return switch (first) {
            case F32, F16 -> widest;
            case BF16 -> WeightType.BF16;
            case I8 -> WeightType.INT8;
        };
    }
}
