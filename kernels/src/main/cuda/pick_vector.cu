/*
 * pick_vector<rows>_<w>:  the best token of each row among 16 columns of the head, for up to 1 or 8 rows
 *
 * Parameters as for pick_strict.cu, x and w as for linear_vector.cu; C = Np / 16.
 *
 * Launch    grid Np / 16, block 256. M <= rows.
 * Numerics  logits as linear_vector computes them; then as pick_strict.
 * Oracle    as for pick_tile.
 * Cost      weights are read once: memory-bound.
 * Source    as for pick_strict
 */
#include "pick.cuh"
#include "vector.cuh"

namespace vector_picks {

template <class W, int ROWS>
__device__ __forceinline__ void pick_vector(const Product& p, const Picking& picking) {
    SHARED(VectorStorage<ROWS>, shared);
    vector_product<W, ROWS>(shared, p);
    int m = threadIdx.x;
    if (m >= p.M || m >= ROWS) {
        return;
    }
    RowPicking how = row_picking(picking, m);
    Candidate best = nobody();
#pragma unroll 1
    for (int column = 0; column < VECTOR_OUTPUTS; column++) {
        int n = blockIdx.x * VECTOR_OUTPUTS + column;
        float logit = p.finish<W::GROUP_SCALES>(shared.sums[0][m][column], m, n);
        best = consider(best, picking, how, logit, n);
    }
    picking.best[static_cast<size_t>(m) * gridDim.x + blockIdx.x] = best;
}

} // namespace vector_picks

#define PICK_VECTOR(rows)                                                               \
    PICK_KERNEL(pick_vector##rows##_bf16, 256, (vector_picks::pick_vector<Bf16, rows>)) \
    PICK_KERNEL(pick_vector##rows##_int8, 256, (vector_picks::pick_vector<Int8, rows>)) \
    PICK_KERNEL(pick_vector##rows##_int4, 256, (vector_picks::pick_vector<Int4, rows>))

PICK_VECTOR(1)
PICK_VECTOR(8)
