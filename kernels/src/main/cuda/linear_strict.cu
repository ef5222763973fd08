/*
 * linear_strict_<w>:  y = epilogue(x * w^T), in f32 throughout
 *
 *   name         shape           dtype     meaning
 *   y            [M, yPitch]     epilogue  N columns of it are written, or added to; not x
 *   x            [M, xPitch]     f32       xPitch = K
 *   w            [Np/64][Kp/64]  w         tiles of weights.cuh; f32, bf16, int8 or int4
 *   scale        see there       see there null, or one for each packed output; int4: one for 128 inputs
 *   bias         [Np]            f32       null without bias; packed order
 *   addend       [M - firstAddend, Np]  f32  null, or what is added to the rows from firstAddend on: the draft
 *                                            adapter's part of drafting rows, itself a product; packed order
 *   partials, tickets                      null here
 *   epilogue     scalar          i32       STORE, STORE_BF16, ADD, SWIGLU or SWIGLU_BF16
 *   M            scalar          i32       rows
 *   N            scalar          i32       columns of y: outputs; of a gated matrix the width of one half
 *   Np           scalar          i32       packed outputs, a multiple of 64
 *   K            scalar          i32       inputs
 *   firstAddend  scalar          i32       first drafting row
 *
 * Launch    grid (Np / 64, ceil(M / 16)), block 64.
 * Numerics  strict. value = chain over ascending k, then * scale, + bias, + addend; int4 scales the weight, exactly.
 *           The bits of a row do not depend on M.
 * Oracle    Products of the CPU backend, bit for bit.
 * Cost      2*M*N*K flops on the CUDA cores; weights are read once for every 16 rows. Not for speed.
 * Source    none
 */
#include "strict.cuh"

template <class W>
__device__ __forceinline__ void linear_strict(const Product& p) {
    SHARED(StrictStorage, shared);
    int first = blockIdx.y * STRICT_ROWS;
    int n = blockIdx.x * TILE + threadIdx.x;
    float sums[STRICT_ROWS];
    strict_sums<W>(sums, shared, static_cast<const float*>(p.x), p.w, p.scale, first, p.M, p.Np, p.K, p.xPitch);
#pragma unroll
    for (int r = 0; r < STRICT_ROWS; r++) {
        shared.scores[r][threadIdx.x] = sums[r]; // registers have no index; what follows is not worth unrolling
    }
#pragma unroll 1
    for (int row = first; row < min(p.M, first + STRICT_ROWS); row++) {
        float value = p.finish<W::GROUP_SCALES>(shared.scores[row - first][threadIdx.x], row, n);
        if (!p.gated()) {
            p.store(value, row, n);
            continue;
        }
        float up = __shfl_xor_sync(ALL_LANES, value, 8);
        if (n % 16 < 8) {
            p.store_gated(value, up, row, n);
        }
    }
}

PRODUCT_KERNEL(linear_strict_f32, (64), linear_strict<F32>)
PRODUCT_KERNEL(linear_strict_bf16, (64), linear_strict<Bf16>)
PRODUCT_KERNEL(linear_strict_int8, (64), linear_strict<Int8>)
PRODUCT_KERNEL(linear_strict_int4, (64), linear_strict<Int4>)
