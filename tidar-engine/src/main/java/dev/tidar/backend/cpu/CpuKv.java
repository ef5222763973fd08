package dev.tidar.backend.cpu;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.PagedKv;

/**
 * Keys and values in float, one array a block. Within a block, for each layer and key/value head: keys as
 * {@code [headDim, stride]}, so that the lanes of a vector are keys, then values as {@code [stride, headDim]}, so that
 * they are elements of a value. The stride is the block's token count rounded up to whole key tiles.
 */
public final class CpuKv implements PagedKv {

    /** Keys that are scored at once. */
    static final int KEY_TILE = 16;

    private final KvGeometry geometry;
    private final float[][] blocks;
    final int stride;

    public CpuKv(KvGeometry geometry, int blocks) {
        if (geometry.dtype() != DType.F32) {
            throw new IllegalArgumentException("KV dtype must be F32 on the CPU, but is " + geometry.dtype());
        }
        this.geometry = geometry;
        this.stride = (geometry.blockTokens() + KEY_TILE - 1) / KEY_TILE * KEY_TILE;
        long size = 2L * geometry.layers() * geometry.kvHeads() * geometry.headDim() * stride;
        if (blocks < 1 || size < 1 || size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "KV cache must have blocks that fit one array each, but has %d of %d elements"
                            .formatted(blocks, size));
        }
        this.blocks = new float[blocks][(int) size];
    }

    @Override
    public KvGeometry geometry() {
        return geometry;
    }

    @Override
    public int blocks() {
        return blocks.length;
    }

    float[] block(int id) {
        return blocks[id];
    }

    /** Where the keys of a head begin in a block. */
    int keys(int layer, int kvHead) {
        return 2 * (layer * geometry.kvHeads() + kvHead) * geometry.headDim() * stride;
    }

    /** Where the values of a head begin in a block. */
    int values(int layer, int kvHead) {
        return keys(layer, kvHead) + geometry.headDim() * stride;
    }
}
