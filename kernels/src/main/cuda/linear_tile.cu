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

constexpr int WARPS = TILE_THREADS / 32;

/** Rows of a warp that are read at a time, so that many loads are under way. */
constexpr int ROWS_AT_ONCE = 4;

/** Four sums of this lane in shared memory. */
__device__ __forceinline__ Four* four_at(float* sums, int row, int output) {
    return reinterpret_cast<Four*>(sums + row * SUM_PITCH + output);
}

/**
 * Leaves the sums of this block for the split that ends last. Returns whether this is that split: then the sums are
 * the totals, added in ascending order of the splits. A warp has whole rows, a lane four neighbouring outputs of them.
 */
template <class S>
__device__ __forceinline__ bool join_splits(float* sums, const Product& p, int rows) {
    int warp = threadIdx.x / 32;
    int output = threadIdx.x % 32 * 4;
    size_t rowStep = static_cast<size_t>(gridDim.y) * BLOCK_OUTPUTS;
    size_t splitStep = gridDim.x * S::ROWS * rowStep;
    float* first = p.partials + blockIdx.x * S::ROWS * rowStep + blockIdx.y * BLOCK_OUTPUTS + output;
    float* own = first + blockIdx.z * splitStep;
#pragma unroll ROWS_AT_ONCE
    for (int row = warp; row < rows; row += WARPS) {
        *reinterpret_cast<Four*>(own + row * rowStep) = *four_at(sums, row, output);
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
    for (int begin = warp; begin < rows; begin += WARPS * ROWS_AT_ONCE) {
        Four totals[ROWS_AT_ONCE] = {};
#pragma unroll 3
        for (int split = 0; split < static_cast<int>(gridDim.z); split++) {
            Four parts[ROWS_AT_ONCE];
#pragma unroll
            for (int r = 0; r < ROWS_AT_ONCE; r++) {
                int row = min(begin + r * WARPS, rows - 1); // once more the last, where there are fewer
                const float* part = first + split * splitStep + row * rowStep;
                parts[r] = read_shared_result(reinterpret_cast<const Four*>(part));
            }
#pragma unroll
            for (int r = 0; r < ROWS_AT_ONCE; r++) {
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    totals[r].of[i] += parts[r].of[i];
                }
            }
        }
#pragma unroll
        for (int r = 0; r < ROWS_AT_ONCE; r++) {
            if (begin + r * WARPS < rows) {
                *four_at(sums, begin + r * WARPS, output) = totals[r];
            }
        }
    }
    __syncthreads();
    return true;
}

/** Finishes the sums of the block. What y holds is read for several rows before any of them is written. */
template <class S>
__device__ __forceinline__ void store_sums(float* sums, const Product& p, int firstRow, int rows) {
    int output = threadIdx.x % 32 * 4;
    int n = blockIdx.y * BLOCK_OUTPUTS + output;
    if (n >= p.Np) {
        return;
    }
    Finish<S::W::GROUP_SCALES> finish(p, n);
    for (int begin = threadIdx.x / 32; begin < rows; begin += WARPS * ROWS_AT_ONCE) {
        Four before[ROWS_AT_ONCE] = {};
        if (p.epilogue == ADD) {
#pragma unroll
            for (int r = 0; r < ROWS_AT_ONCE; r++) {
                before[r] = p.stored(firstRow + min(begin + r * WARPS, rows - 1), n);
            }
        }
#pragma unroll
        for (int r = 0; r < ROWS_AT_ONCE; r++) {
            int row = begin + r * WARPS;
            if (row < rows) {
                Four value = finish(*four_at(sums, row, output), firstRow + row);
                if (p.epilogue == ADD) {
#pragma unroll
                    for (int i = 0; i < 4; i++) {
                        value.of[i] = before[r].of[i] + value.of[i];
                    }
                }
                p.store(value, firstRow + row, n);
            }
        }
    }
}

/** The same of a gated matrix: half a warp has the 64 columns of a row. */
template <class S>
__device__ __forceinline__ void store_gated_sums(float* sums, const Product& p, int firstRow, int rows) {
    int column = threadIdx.x % 16 * 4;
    int gate = column / 8 * 16 + column % 8;
    int n = blockIdx.y * BLOCK_OUTPUTS + gate;
    if (n >= p.Np) {
        return;
    }
    Finish<S::W::GROUP_SCALES> finishGate(p, n);
    Finish<S::W::GROUP_SCALES> finishUp(p, n + 8);
    for (int row = threadIdx.x / 16; row < rows; row += TILE_THREADS / 16) {
        Four gates = finishGate(*four_at(sums, row, gate), firstRow + row);
        Four ups = finishUp(*four_at(sums, row, gate + 8), firstRow + row);
        Four value;
#pragma unroll
        for (int i = 0; i < 4; i++) {
            value.of[i] = swish_gate(gates.of[i], ups.of[i]);
        }
        p.store(value, firstRow + row, blockIdx.y * (BLOCK_OUTPUTS / 2) + column);
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
    if (gridDim.z > 1 && !join_splits<S>(sums, p, rows)) {
        return;
    }
    if (p.gated()) {
        store_gated_sums<S>(sums, p, firstRow, rows);
    } else {
        store_sums<S>(sums, p, firstRow, rows);
    }
}

} // namespace tile_products

#define LINEAR_TILE(rows, warpsAlongRows, stages, bounds)                                   \
    PRODUCT_KERNEL(linear_tile##rows##_bf16, bounds,                                        \
                   (tile_products::linear_tile<Shape<Bf16, rows, warpsAlongRows, stages>>)) \
    PRODUCT_KERNEL(linear_tile##rows##_int8, bounds,                                        \
                   (tile_products::linear_tile<Shape<Int8, rows, warpsAlongRows, stages>>)) \
    PRODUCT_KERNEL(linear_tile##rows##_int4, bounds,                                        \
                   (tile_products::linear_tile<Shape<Int4, rows, warpsAlongRows, stages>>))

// Two blocks a multiprocessor where their registers suffice without spills: the copies of one run beside the products of
// the other.
LINEAR_TILE(16, 1, 4, (256))
LINEAR_TILE(32, 1, 4, (256))
LINEAR_TILE(80, 1, 3, (256, 2))
LINEAR_TILE(128, 2, 3, (256, 2))
LINEAR_TILE(144, 1, 3, (256))
