/*
 * linear_vector<rows>_<w>:  y = epilogue(x * w^T) for up to 1, 4 or 8 rows
 *
 * Parameters as for linear_tile.cu; partials and tickets null.
 *
 * Launch    grid Np / 16, block 256. M <= rows.
 * Numerics  f32 sums of bf16 inputs, in an order that depends on K alone: not that of linear_tile, but the same for all
 *           three. Weights as there.
 * Oracle    as for linear_tile.
 * Cost      weights are read once: memory-bound.
 * Source    none
 */
#include "vector.cuh"

namespace vector_products {

template <class W, int ROWS>
__device__ __forceinline__ void linear_vector(const Product& p) {
    SHARED(VectorStorage<ROWS>, shared);
    vector_product<W, ROWS>(shared, p);
    int m = threadIdx.x / VECTOR_OUTPUTS;
    int column = threadIdx.x % VECTOR_OUTPUTS;
    int n = blockIdx.x * VECTOR_OUTPUTS + column;
    if (m >= p.M || m >= ROWS) {
        return;
    }
    float value = p.finish<W::GROUP_SCALES>(shared.sums[0][m][column], m, n);
    if (!p.gated()) {
        p.store(value, m, n);
    } else if (column < 8) {
        p.store_gated(value, p.finish<W::GROUP_SCALES>(shared.sums[0][m][column + 8], m, n + 8), m, n);
    }
}

} // namespace vector_products

#define LINEAR_VECTOR(rows)                                                                       \
    PRODUCT_KERNEL(linear_vector##rows##_bf16, 256, (vector_products::linear_vector<Bf16, rows>)) \
    PRODUCT_KERNEL(linear_vector##rows##_int8, 256, (vector_products::linear_vector<Int8, rows>)) \
    PRODUCT_KERNEL(linear_vector##rows##_int4, 256, (vector_products::linear_vector<Int4, rows>))

LINEAR_VECTOR(1)
LINEAR_VECTOR(4)
LINEAR_VECTOR(8)
