/*
 * sample_tile<rows>_<w>:  the best token of each row among 128 columns of the head, by the tensor cores
 *
 * Parameters as for sample_strict.cu, x and w as for linear_tile.cu; C = ceil(Np / 128), no splits.
 *
 * Launch    grid (ceil(M / rows), C), block 256, dynamic shared memory as for linear_tile.
 * Numerics  logits as linear_tile computes them; then as sample_strict.
 * Oracle    TokenSampler.sample, under the near-tie rule: another token only where the two scores are closer than the
 *           rounding of bf16 inputs.
 * Cost      that of the product; no logits are written.
 * Source    as for sample_strict
 */
#include "sample.cuh"
#include "tile.cuh"

namespace tile_sampling {

template <class S>
__device__ __forceinline__ void sample_tile(const Product& p, const HeadSampling& sampling) {
    DYNAMIC_SHARED(shared);
    int firstRow = blockIdx.x * S::ROWS;
    int firstOutput = blockIdx.y * BLOCK_OUTPUTS;
    const float* logits = tile_product<S>(shared, p, firstRow, blockIdx.y * 2, 0, tiles_of(p.K));
    for (int row = threadIdx.x / 32; row < min(S::ROWS, p.M - firstRow); row += TILE_THREADS / 32) {
        PlainSampling how = plain_sampling(sampling, firstRow + row);
        Candidate own = no_candidate();
#pragma unroll 1
        for (int c = threadIdx.x % 32; c < min(BLOCK_OUTPUTS, p.N - firstOutput); c += 32) {
            float logit = p.finish<S::W::GROUP_SCALES>(logits[row * SUM_PITCH + c], firstRow + row, firstOutput + c);
            own = consider(own, sampling, how, logit, firstOutput + c);
        }
        own = best_of_warp(own);
        if (threadIdx.x % 32 == 0) {
            sampling.best[static_cast<size_t>(firstRow + row) * gridDim.y + blockIdx.y] = own;
        }
    }
}

} // namespace tile_sampling

#define SAMPLE_TILE(rows, stages)                                                                            \
    SAMPLE_KERNEL(sample_tile##rows##_bf16, 256, (tile_sampling::sample_tile<Shape<Bf16, rows, 1, stages>>)) \
    SAMPLE_KERNEL(sample_tile##rows##_int8, 256, (tile_sampling::sample_tile<Shape<Int8, rows, 1, stages>>)) \
    SAMPLE_KERNEL(sample_tile##rows##_int4, 256, (tile_sampling::sample_tile<Shape<Int4, rows, 1, stages>>))

SAMPLE_TILE(16, 4)
SAMPLE_TILE(32, 4)
SAMPLE_TILE(80, 3)
