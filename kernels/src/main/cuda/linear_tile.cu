/*
 * linear_tile<rows>_<w>:  y = epilogue(x * w^T) by the tensor cores, for any number of rows, one included
 *
 *   name         shape                      dtype     meaning
 *   y            [M, yPitch]                epilogue  as for linear_strict
 *   x            [M, xPitch]                bf16      xPitch = Kp; columns after K are zero
 *   w            [Np/64][Kp/64]             w         tiles of weights.cuh; bf16, int8 or int4
 *   scale, bias, addend                               as for linear_strict
 *   partials     [splits][B * rows][C * 128] f32      B = ceil(M / rows), C = ceil(Np / 128); null where splits is 1
 *   tickets      [B * C]                    i32       zero before and after; null where splits is 1
 *   others                                            as for linear_strict
 *
 * Launch    grid (B, C, splits), block 256, dynamic shared memory the larger of
 *           stages * (rows * 128 + 128 * 64 * bytes of w), stages 4 for 16 and 32 rows, else 3, and rows * 544:
 *
 *               rows    16      32      80      128     144
 *               bf16    73728   81920   79872   98304   104448     144 with bf16 weights needs more than the 99 KiB of
 *               int8    40960   49152   55296   73728   79872      sm_86 and sm_89
 *               int4    24576   32768   43520   69632   78336
 *
 *           splits: a function of (Np, K) and the device, not of M.
 * Numerics  bf16 products, f32 sums; the order of a sum depends on K and splits, not on M or rows, so a row has the
 *           same bits in every tile. int8 weights are exact in bf16, their scale is applied to the sum;
 *           int4 weights are rounded to bf16 after their scale. Splits are added in ascending order by the block that
 *           finishes last.
 * Oracle    Products of the CPU backend on x rounded to bf16: |gpu - cpu| <= K 2^-23 sum |x w|, and 2^-8 sum |x w|
 *           more for int4.
 * Cost      2*M*N*K flops; weights are read from memory B times, once as a rule. Below about 200 rows memory-bound.
 * Source    cp.async and mma as in the CUDA programming guide; order of weights after Marlin (arXiv 2408.11743).
 */
#include "tile.cuh"

namespace tile_products {

/** Where one split leaves a sum of this block. */
template <class S>
__device__ __forceinline__ size_t partial_at(int split, int row, int output) {
    size_t rows = static_cast<size_t>(gridDim.x) * S::ROWS;
    return ((split * rows + blockIdx.x * S::ROWS + row) * gridDim.y + blockIdx.y) * BLOCK_OUTPUTS + output;
}

/**
 * Leaves the sums of this block for the split that ends last. Returns whether this is that split: then the sums are
 * the totals, added in ascending order of the splits.
 */
template <class S>
__device__ __forceinline__ bool join_splits(float* sums, const Product& p, int rows) {
    for (int i = threadIdx.x; i < rows * BLOCK_OUTPUTS; i += TILE_THREADS) {
        int row = i / BLOCK_OUTPUTS;
        int output = i % BLOCK_OUTPUTS;
        p.partials[partial_at<S>(blockIdx.z, row, output)] = sums[row * SUM_PITCH + output];
    }
    __threadfence();
    __syncthreads();
    int* ticket = p.tickets + blockIdx.y * gridDim.x + blockIdx.x;
    int* turn = reinterpret_cast<int*>(sums);
    if (threadIdx.x == 0) {
        *turn = atomicAdd(ticket, 1);
    }
    __syncthreads();
    if (*turn != static_cast<int>(gridDim.z) - 1) {
        return false;
    }
    __syncthreads();
    __threadfence();
    if (threadIdx.x == 0) {
        *ticket = 0; // for the next launch
    }
    for (int i = threadIdx.x; i < rows * BLOCK_OUTPUTS; i += TILE_THREADS) {
        int row = i / BLOCK_OUTPUTS;
        int output = i % BLOCK_OUTPUTS;
        float total = 0.f;
        for (int split = 0; split < static_cast<int>(gridDim.z); split++) {
            total += read_shared_result(p.partials + partial_at<S>(split, row, output));
        }
        sums[row * SUM_PITCH + output] = total;
    }
    __syncthreads();
    return true;
}

/** Finishes the sums of the block: neighbouring threads, neighbouring columns of y. */
template <class S>
__device__ __forceinline__ void store_sums(const float* sums, const Product& p, int firstRow, int rows) {
    constexpr bool GROUP_SCALES = S::W::GROUP_SCALES;
    int firstOutput = blockIdx.y * BLOCK_OUTPUTS;
    int columns = p.gated() ? BLOCK_OUTPUTS / 2 : BLOCK_OUTPUTS;
    for (int i = threadIdx.x; i < rows * columns; i += TILE_THREADS) {
        int row = i / columns;
        int column = i % columns;
        int output = p.gated() ? column / 8 * 16 + column % 8 : column;
        if (firstOutput + output >= p.Np) {
            continue;
        }
        const float* at = sums + row * SUM_PITCH + output;
        float value = p.finish<GROUP_SCALES>(at[0], firstRow + row, firstOutput + output);
        if (p.gated()) {
            float up = p.finish<GROUP_SCALES>(at[8], firstRow + row, firstOutput + output + 8);
            p.store_gated(value, up, firstRow + row, firstOutput + output);
        } else {
            p.store(value, firstRow + row, firstOutput + output);
        }
    }
}

template <class S>
__device__ __forceinline__ void linear_tile(const Product& p) {
    DYNAMIC_SHARED(shared);
    int kTiles = tiles_of(p.K);
    int perSplit = (kTiles + gridDim.z - 1) / gridDim.z;
    int from = min(kTiles, static_cast<int>(blockIdx.z) * perSplit);
    int firstRow = blockIdx.x * S::ROWS;
    int rows = min(S::ROWS, p.M - firstRow);
    float* sums = tile_product<S>(shared, p, firstRow, blockIdx.y * 2, from, min(kTiles, from + perSplit));
    if (gridDim.z == 1 || join_splits<S>(sums, p, rows)) {
        store_sums<S>(sums, p, firstRow, rows);
    }
}

} // namespace tile_products

#define LINEAR_TILE(rows, warpsAlongRows, stages)                                           \
    PRODUCT_KERNEL(linear_tile##rows##_bf16, 256,                                           \
                   (tile_products::linear_tile<Shape<Bf16, rows, warpsAlongRows, stages>>)) \
    PRODUCT_KERNEL(linear_tile##rows##_int8, 256,                                           \
                   (tile_products::linear_tile<Shape<Int8, rows, warpsAlongRows, stages>>)) \
    PRODUCT_KERNEL(linear_tile##rows##_int4, 256,                                           \
                   (tile_products::linear_tile<Shape<Int4, rows, warpsAlongRows, stages>>))

LINEAR_TILE(16, 1, 4)
LINEAR_TILE(32, 1, 4)
LINEAR_TILE(80, 1, 3)
LINEAR_TILE(128, 2, 3)
LINEAR_TILE(144, 1, 3)
