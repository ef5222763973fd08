package dev.tidar.backend.cuda;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.PagedKv;

/**
 * The KV cache on the device, {@code [layers, blocks, 2, kvHeads, blockTokens, headDim]}.
 *
 * @param memory all of it
 */
public record CudaKv(Region memory, KvGeometry geometry, int blocks) implements PagedKv {

    /** Where a layer begins. */
    long layer(int layer) {
        return memory.address() + memory.bytes() / geometry.layers() * layer;
    }

    /** What kernels call its element type. */
    String typeName() {
        return geometry.dtype() == DType.F32 ? "f32" : "bf16";
    }
}
