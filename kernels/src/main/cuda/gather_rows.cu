/*
 * gather_rows_f32:  y[i, :] = x[numbers[i], :]
 *
 *   name     shape   dtype  meaning
 *   y        [N, H]  f32    written, but for rows whose number is NONE; not x
 *   x        [M, H]  f32    read
 *   numbers  [N]     i32    row numbers in [0, M), or NONE; written by the host or by accept
 *   H        scalar  i32    columns
 *
 * Launch    grid N, block 128.
 * Numerics  none: a copy.
 * Oracle    RowOperations.gatherRows, bit for bit.
 * Cost      8*N*H bytes.
 * Source    none
 */
#include "device.cuh"

extern "C" __global__ void __launch_bounds__(128) gather_rows_f32(float* y, const float* x, const int* numbers, int H) {
    int row = numbers[blockIdx.x];
    if (row == NONE) {
        return;
    }
    for (int h = threadIdx.x; h < H; h += blockDim.x) {
        y[static_cast<size_t>(blockIdx.x) * H + h] = x[static_cast<size_t>(row) * H + h];
    }
}
