package dev.tidar.backend.cpu;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.Float16;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.PagedKv;

/**
 * The KV cache on the heap, with one part of storage for each block: floats for F32, shorts for BF16. Within a block,
 * each layer and key/value head has its keys as {@code [headDim, stride]}, so that the lanes of a vector are keys, and
 * then its values as {@code [stride, headDim]}, so that the lanes are elements of a value. The stride is the block's
 * token count rounded up to whole key tiles.
 */
public final class CpuKv implements PagedKv {

    /** The number of keys that are scored together. */
    static final int KEY_TILE = 16;

    private final KvGeometry geometry;
    private final int blocks;
    /** One part for each block, in the storage of the cache's type; the storage of the other type has no parts. */
    private final Storage<float[]> floats;

    private final Storage<short[]> bf16;
    final int stride;

    public CpuKv(KvGeometry geometry, int blocks) {
        if (geometry.dtype() != DType.F32 && geometry.dtype() != DType.BF16) {
            throw new IllegalArgumentException("KV dtype must be F32 or BF16 on the CPU, but is " + geometry.dtype());
        }
        this.geometry = geometry;
        this.stride = stride(geometry);
        long size = elements(geometry);
        if (blocks < 1 || size < 1 || size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "KV cache must have blocks that fit one array each, but has %d of %d elements"
                            .formatted(blocks, size));
        }
        this.blocks = blocks;
        this.floats = HeapStorage.of(isBf16() ? 0 : blocks, block -> new float[(int) size]);
        this.bf16 = HeapStorage.of(isBf16() ? blocks : 0, block -> new short[(int) size]);
    }

    private static int stride(KvGeometry geometry) {
        return (geometry.blockTokens() + KEY_TILE - 1) / KEY_TILE * KEY_TILE;
    }

    private static long elements(KvGeometry geometry) {
        return 2L * geometry.layers() * geometry.kvHeads() * geometry.headDim() * stride(geometry);
    }

    /** The bytes that one block takes on the heap. */
    public static long heapBytes(KvGeometry geometry, HeapArrays arrays) {
        return arrays.bytes(elements(geometry) * geometry.dtype().bytes());
    }

    @Override
    public KvGeometry geometry() {
        return geometry;
    }

    @Override
    public int blocks() {
        return blocks;
    }

    boolean isBf16() {
        return geometry.dtype() == DType.BF16;
    }

    float[] floats(int block) {
        return floats.part(block);
    }

    short[] bf16(int block) {
        return bf16.part(block);
    }

    /** Where the keys of a head begin in a block. */
    int keys(int layer, int kvHead) {
        return 2 * (layer * geometry.kvHeads() + kvHead) * headElements();
    }

    /** Where the values of a head begin in a block. */
    int values(int layer, int kvHead) {
        return keys(layer, kvHead) + headElements();
    }

    /** The number of elements of the keys, or of the values, of one head in a block. */
    int headElements() {
        return geometry.headDim() * stride;
    }

    /** Writes the key of a token, {@code [headDim]} from {@code first}, rounded to the dtype. */
    void writeKey(int block, int at, float[] from, int first) {
        if (isBf16()) {
            short[] target = bf16(block);
            for (int d = 0; d < geometry.headDim(); d++) {
                target[at + d * stride] = Float16.toBf16(from[first + d]);
            }
        } else {
            float[] target = floats(block);
            for (int d = 0; d < geometry.headDim(); d++) {
                target[at + d * stride] = from[first + d];
            }
        }
    }

    /** Writes the value of a token, {@code [headDim]} from {@code first}, rounded to the dtype. */
    void writeValue(int block, int at, float[] from, int first) {
        if (isBf16()) {
            short[] target = bf16(block);
            for (int d = 0; d < geometry.headDim(); d++) {
                target[at + d] = Float16.toBf16(from[first + d]);
            }
        } else {
            System.arraycopy(from, first, floats(block), at, geometry.headDim());
        }
    }
}
