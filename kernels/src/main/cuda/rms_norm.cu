/*
 * rms_norm_<y>:  y[n, :] = x[n, :] / sqrt(mean(x[n, :]^2) + eps) * gain
 *
 *   name   shape        dtype  meaning
 *   y      [N, yPitch]  y      f32 (yPitch = H) or bf16, the input of a product; the f32 one may be x itself
 *   x      [N, H]       f32    residual stream, one row for each row of the step
 *   gain   [H]          f32    learned scale
 *   H      scalar       i32    hidden size in elements, >= 1
 *   eps    scalar       f32    dimensionless, added to the mean square, for example 1e-6
 *
 * Launch    f32: grid N, block 128. bf16: grid N, block 256. Do not launch with N = 0.
 * Numerics  f32 is strict: sixteen interleaved chains of squares, added as a tree of halves; root and division in
 *           double. bf16 sums squares in f32 in an order that depends on H alone; one rounding to bf16 at the store.
 * Oracle    RowOperations.rmsNorm: f32 bit for bit; bf16 |gpu - cpu| <= (2^-8 + (H/256 + 16) 2^-24) |cpu|.
 * Cost      About 8*N*H or 6*N*H bytes; x is read twice, the second time from the cache. Memory-bound.
 * Source    Zhang and Sennrich 2019, arXiv:1910.07467; eps inside the root, as Llama has it.
 */
#include "norm.cuh"

extern "C" __global__ void __launch_bounds__(128)
    rms_norm_f32(float* y, const float* x, const float* gain, int H, float eps) {
    SHARED(float, factor);
    const float* row = x + static_cast<size_t>(blockIdx.x) * H;
    float* out = y + static_cast<size_t>(blockIdx.x) * H;
    if (threadIdx.x < 32) {
        float own = strict_norm_factor(row, H, eps);
        if (threadIdx.x == 0) {
            factor = own;
        }
    }
    __syncthreads();
    for (int h = threadIdx.x; h < H; h += blockDim.x) {
        out[h] = row[h] * factor * gain[h];
    }
}

extern "C" __global__ void __launch_bounds__(256)
    rms_norm_bf16(bf16* y, const float* x, const float* gain, int H, int yPitch, float eps) {
    struct Storage {
        float sums[8];
    };
    SHARED(Storage, shared);
    const float* row = x + static_cast<size_t>(blockIdx.x) * H;
    bf16* out = y + static_cast<size_t>(blockIdx.x) * yPitch;

    float sum = 0.f;
    for (int h = threadIdx.x; h < H; h += 256) {
        sum = fmaf(row[h], row[h], sum);
    }
    sum = warp_sum(sum);
    if (threadIdx.x % 32 == 0) {
        shared.sums[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    float squares = 0.f;
    for (int w = 0; w < 8; w++) {
        squares += shared.sums[w];
    }
    float factor = rsqrtf(squares / H + eps);
    for (int h = threadIdx.x; h < H; h += 256) {
        out[h] = narrow(row[h] * factor * gain[h]);
    }
}
