package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.PagedKv;

/**
 * The KV cache on the device, {@code [layers, blocks, 2, kvHeads, blockTokens, headDim]}.
 *
 * @param memory the allocation for all layers
 */
public record CudaKv(Region memory, KvGeometry geometry, int blocks) implements PagedKv {

    /** The address of a layer. */
    public long layer(int layer) {
        return memory.address() + memory.bytes() / geometry.layers() * layer;
    }

    /** The element type, as the names of kernels spell it. */
    public String typeName() {
        return geometry.dtype() == DType.F32 ? "f32" : "bf16";
    }
}
