package dev.tidar.backend.jni;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.PagedKv;

/**
 * The KV cache in native memory, blocks one after the other in the layout of {@code CpuKv}. The system commits the
 * memory of a block when it is first written.
 */
public final class NativeKv implements PagedKv {

    /** The number of keys that are scored together; the slots of a block are rounded up to a multiple of it. */
    private static final int KEY_TILE = 16;

    private final KvGeometry geometry;
    private final int blocks;
    private final long address;

    public NativeKv(NativeMemory memory, KvGeometry geometry, int blocks) {
        if (geometry.dtype() != DType.F32 && geometry.dtype() != DType.BF16) {
            throw new IllegalArgumentException("KV dtype must be F32 or BF16 on the CPU, but is " + geometry.dtype());
        }
        if (blocks < 1) {
            throw new IllegalArgumentException("KV cache must have blocks, but has " + blocks);
        }
        this.geometry = geometry;
        this.blocks = blocks;
        this.address =
                memory.reserve(Math.multiplyExact(blocks, blockBytes(geometry))).address();
    }

    /** The bytes of a block. */
    public static long blockBytes(KvGeometry geometry) {
        int slots = (geometry.blockTokens() + KEY_TILE - 1) / KEY_TILE * KEY_TILE;
        return 2L
                * geometry.layers()
                * geometry.kvHeads()
                * geometry.headDim()
                * slots
                * geometry.dtype().bytes();
    }

    @Override
    public KvGeometry geometry() {
        return geometry;
    }

    @Override
    public int blocks() {
        return blocks;
    }

    long address() {
        return address;
    }

    int kind() {
        return geometry.dtype() == DType.F32 ? NativeKernels.F32 : NativeKernels.BF16;
    }
}
