package dev.tidar.backend;

import dev.tidar.backend.weights.PackPlan;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.WeightType;
import java.util.List;

/** The bytes that things take on a device, from their shapes alone. */
interface DeviceSizes {

    long tensor(int rows, int columns);

    long ids(int capacity);

    long gain(int length);

    /** The rows of a gated layer as this device packs them. */
    PackPlan gated(LinearSource gate, LinearSource up);

    /** The type in which this device packs the sources. */
    WeightType type(List<LinearSource> sources);

    /** The weights, scales and biases of a layer. */
    long weights(PackPlan plan);

    /** The draft adapter of a layer; 0 where it has none. */
    long adapter(PackPlan plan);

    long kvBlock(KvGeometry geometry);

    /**
     * The memory that verbs work in, at its largest; it is taken at load or when a step first needs it.
     *
     * @param rows rows of the widest step
     * @param elements elements of the largest tensor
     * @param outputs outputs of the widest layer, which is the head
     */
    long scratch(int rows, long elements, int outputs);

    /**
     * The part of this memory that grows with the context, for each of its tokens.
     *
     * @param rows rows of the widest step
     */
    long scratchPerPosition(HeadGeometry heads, int rows);
}
