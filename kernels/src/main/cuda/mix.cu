/*
 * mixed_rows:  which mask each verify row is mixed with
 * mix_f32:     y[m, :] = beta * y[m, :] + (1 - beta) * x[m, :]
 *
 *   name       shape    dtype         meaning
 *   mixed      [M]      i32           written by mixed_rows: slot 0 of the group for one kept row more than there are
 *                                     before the verify row, NONE where there is none or beta is 1; read by mix
 *   verifyRows [M]      i32           row of each sample, or NONE in padding
 *   rows       [*]      StepRow       sequence of a row
 *   sequences  [*]      StepSequence  beta, and where samples and groups begin
 *   groups     [*]      i32           first row of the group for each kept count, or NONE
 *   y          [M, H]   f32           normalised verify rows; those without a mask stay
 *   x          [M, H]   f32           normalised masks, gathered; undefined where there is none
 *   M          scalar   i32           samples, padding included
 *   H          scalar   i32           columns
 *
 * Launch    mixed_rows: grid ceil(M / 128), block 128. mix: grid M, block 128.
 * Numerics  one fma: beta * y + ((1 - beta) * x), the product rounded.
 * Oracle    VerifyPlan.mixedWith, exactly; RowOperations.mix, bit for bit.
 * Cost      12*M*H bytes at most.
 * Source    TiDAR's mix of both heads, arXiv 2511.08923: the head is linear, so its inputs are mixed
 */
#include "device.cuh"

extern "C" __global__ void __launch_bounds__(128) mixed_rows(int* mixed, const int* verifyRows, const StepRow* rows,
                                                             const StepSequence* sequences, const int* groups, int M) {
    int m = blockIdx.x * blockDim.x + threadIdx.x;
    if (m >= M) {
        return;
    }
    int row = verifyRows[m];
    int partner = NONE;
    if (row != NONE) {
        StepSequence plan = sequences[rows[row].sequence];
        if (plan.beta < 1.f) {
            partner = groups[plan.firstGroup + (m - plan.firstSample) + 1];
        }
    }
    mixed[m] = partner;
}

extern "C" __global__ void __launch_bounds__(128)
    mix_f32(float* y, const float* x, const int* mixed, const StepRow* rows, const StepSequence* sequences, int H) {
    int row = mixed[blockIdx.x];
    if (row == NONE) {
        return;
    }
    float beta = sequences[rows[row].sequence].beta;
    size_t first = static_cast<size_t>(blockIdx.x) * H;
    for (int h = threadIdx.x; h < H; h += blockDim.x) {
        y[first + h] = fmaf(beta, y[first + h], (1.f - beta) * x[first + h]);
    }
}
