/*
 * accept_drafts:  kept[s] = 1 + leading drafts that equal the sample of the row before; then the masks that draft
 *                 next
 *
 *   name       shape                    dtype         meaning
 *   kept       [S]                      i32           written: rows that are kept, 0 where nothing is verified
 *   draftRows  [sum of K - 1]           i32           written: rows of slots 1..K-1 of the chosen group, or NONE
 *   sampled    [sum of verifyRows]      i32           samples of the verify rows
 *   rows       [M]                      StepRow       their tokens are the drafts
 *   sequences  [S]                      StepSequence  the plans
 *   groups     [sum of verifyRows + 1]  i32           first row of the group for each kept count, or NONE
 *
 * Launch    grid S, block 32.
 * Numerics  integers. With the noise of a position fixed, comparing samples is exact sampling.
 * Oracle    Verification.kept and HeadSampler.accept of the CPU backend, exactly.
 * Cost      a few hundred bytes: one launch.
 * Source    TiDAR, arXiv 2511.08923, 3.2
 */
#include "device.cuh"

extern "C" __global__ void __launch_bounds__(32)
    accept_drafts(int* kept, int* draftRows, const int* sampled, const StepRow* rows, const StepSequence* sequences,
                  const int* groups) {
    StepSequence plan = sequences[blockIdx.x];
    int count = plan.verifyRows == 0 ? 0 : 1;
    while (count > 0 && count < plan.verifyRows &&
           sampled[plan.firstSample + count - 1] == rows[plan.firstRow + count].token) {
        count++;
    }
    if (threadIdx.x == 0) {
        kept[blockIdx.x] = count;
    }
    if (plan.draftLength < 2) {
        return;
    }
    int group = groups[plan.firstGroup + count];
    for (int slot = 1 + threadIdx.x; slot < plan.draftLength; slot += 32) {
        draftRows[plan.firstDraft + slot - 1] = group == NONE ? NONE : group + slot;
    }
}
