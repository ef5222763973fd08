/*
 * to_bf16, to_f32:  y[n, :] = x[n, :] in the other form of a tensor
 *
 *   name     shape            dtype  meaning
 *   f32      [N, columns]     f32    dense
 *   bf16     [N, pitch]       bf16   pitch >= columns; what lies after the columns is left as it is
 *   columns  scalar           i32
 *   pitch    scalar           i32    in elements
 *
 * Launch    grid N, block 128.
 * Numerics  to_bf16 rounds to nearest even; to_f32 is exact.
 * Oracle    Float16.toBf16 and fromBf16 of the engine, bit for bit but for the payload of a NaN.
 * Cost      6*N*columns bytes.
 * Source    none
 */
#include "device.cuh"

extern "C" __global__ void __launch_bounds__(128) to_bf16(bf16* y, const float* x, int columns, int pitch) {
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        y[static_cast<size_t>(blockIdx.x) * pitch + c] = narrow(x[static_cast<size_t>(blockIdx.x) * columns + c]);
    }
}

extern "C" __global__ void __launch_bounds__(128) to_f32(float* y, const bf16* x, int columns, int pitch) {
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        y[static_cast<size_t>(blockIdx.x) * columns + c] = widen(x[static_cast<size_t>(blockIdx.x) * pitch + c]);
    }
}
