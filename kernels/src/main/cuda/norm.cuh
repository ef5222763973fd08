/* The factor of RMSNorm with the roundings of the CPU backend; for rms_norm.cu and rotate_store.cu. */
#pragma once

#include "device.cuh"

/**
 * 1 / sqrt(mean(x^2) + eps) of n elements, computed by a whole warp and returned to all of it: chain t sums the squares
 * of elements t, t + 16, ..., then chains are added t + 8 to t, then t + 4 to t, and so on.
 */
__device__ __forceinline__ float strict_norm_factor(const float* x, int n, float eps) {
    int lane = threadIdx.x % 32;
    float sum = 0.f;
    if (lane < 16) {
        for (int i = lane; i < n; i += 16) {
            sum = fmaf(x[i], x[i], sum);
        }
    }
#pragma unroll
    for (int half = 8; half > 0; half /= 2) {
        sum += __shfl_xor_sync(ALL_LANES, sum, half);
    }
    float mean = __shfl_sync(ALL_LANES, sum, 0) / static_cast<float>(n);
    return static_cast<float>(1.0 / sqrt(static_cast<double>(mean + eps)));
}
