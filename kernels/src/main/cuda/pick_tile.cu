/*
 * pick_tile<rows>_<w>:  the best token of each row among 128 columns of the head, by the tensor cores
 *
 * Parameters as for pick_strict.cu, x and w as for linear_tile.cu; C = ceil(Np / 128), no splits.
 *
 * Launch    grid (ceil(M / rows), C), block 256, dynamic shared memory as for linear_tile.
 * Numerics  logits as linear_tile computes them; then as pick_strict.
 * Oracle    TokenPicker.pick, under the near-tie rule: another token only where the two scores are closer than the
 *           rounding of bf16 inputs.
 * Cost      that of the product; no logits are written.
 * Source    as for pick_strict
 */
#include "pick.cuh"
#include "tile.cuh"

namespace tile_picks {

template <class S>
__device__ __forceinline__ void pick_tile(const Product& p, const Picking& picking) {
    DYNAMIC_SHARED(shared);
    int firstRow = blockIdx.x * S::ROWS;
    int firstOutput = blockIdx.y * BLOCK_OUTPUTS;
    const float* logits = tile_product<S>(shared, p, firstRow, blockIdx.y * 2, 0, tiles_of(p.K));
    for (int row = threadIdx.x / 32; row < min(S::ROWS, p.M - firstRow); row += TILE_THREADS / 32) {
        RowPicking how = row_picking(picking, firstRow + row);
        Candidate own = nobody();
#pragma unroll 1
        for (int c = threadIdx.x % 32; c < min(BLOCK_OUTPUTS, p.N - firstOutput); c += 32) {
            float logit = p.finish<S::W::GROUP_SCALES>(logits[row * SUM_PITCH + c], firstRow + row, firstOutput + c);
            own = consider(own, picking, how, logit, firstOutput + c);
        }
        own = best_of_warp(own);
        if (threadIdx.x % 32 == 0) {
            picking.best[static_cast<size_t>(firstRow + row) * gridDim.y + blockIdx.y] = own;
        }
    }
}

} // namespace tile_picks

#define PICK_TILE(rows, stages)                                                                     \
    PICK_KERNEL(pick_tile##rows##_bf16, 256, (tile_picks::pick_tile<Shape<Bf16, rows, 1, stages>>)) \
    PICK_KERNEL(pick_tile##rows##_int8, 256, (tile_picks::pick_tile<Shape<Int8, rows, 1, stages>>)) \
    PICK_KERNEL(pick_tile##rows##_int4, 256, (tile_picks::pick_tile<Shape<Int4, rows, 1, stages>>))

PICK_TILE(16, 4)
PICK_TILE(32, 4)
PICK_TILE(80, 3)
