/*
 * Integer products with sdot: four signed by four signed bytes, added up exactly.
 *
 * Half a group of a panel is [16 quads of inputs][16 outputs][4] int8; a quantised row holds int8. A vector of sixteen
 * inputs of a row gives its four quads by lane.
 */
#include "vector.h"

typedef int8_t rounded;
#define STEP 4
#define UNSIGNED_BIT 0
#define DOT_ROWS 6

INLINE void add_quad(const int height, const int lane, int32x4_t sum[DOT_ROWS][4], const int8_t* w,
                     const int8x16_t x[DOT_ROWS]) {
    UNROLL for (int v = 0; v < 4; v++) {
        int8x16_t weights = vld1q_s8(w + 16 * v);
        UNROLL for (int r = 0; r < height; r++) { sum[r][v] = vdotq_laneq_s32(sum[r][v], weights, x[r], lane); }
    }
}

INLINE void add_products(const int height, float* sums, const int8_t* w, const uint8_t* rows, size_t rowBytes,
                         const float* scales) {
    int32x4_t sum[DOT_ROWS][4];
    UNROLL for (int r = 0; r < height; r++) {
        UNROLL for (int v = 0; v < 4; v++) { sum[r][v] = vdupq_n_s32(0); }
    }
    for (int k = 0; k < GROUP; k += 16) {
        int8x16_t x[DOT_ROWS];
        UNROLL for (int r = 0; r < height; r++) { x[r] = vld1q_s8((const int8_t*)rows + r * rowBytes + k); }
        add_quad(height, 0, sum, w + (k + 0) * HALF, x);
        add_quad(height, 1, sum, w + (k + 4) * HALF, x);
        add_quad(height, 2, sum, w + (k + 8) * HALF, x);
        add_quad(height, 3, sum, w + (k + 12) * HALF, x);
    }
    UNROLL for (int r = 0; r < height; r++) {
        vf scale = vf_all(*(const float*)((const uint8_t*)scales + r * rowBytes));
        UNROLL for (int v = 0; v < 4; v++) {
            float* to = sums + r * PANEL + 4 * v;
            vf_store(to, vf_fma(vcvtq_f32_s32(sum[r][v]), scale, vf_load(to)));
        }
    }
}

INLINE void group_tile(const int height, float* sums, const uint8_t* group, const uint8_t* rows, size_t rowBytes,
                       const float* scales, const int32_t* starts) {
    (void)starts;
    const int8_t* w = (const int8_t*)group;
    add_products(height, sums, w, rows, rowBytes, scales);
    add_products(height, sums + HALF, w + GROUP * HALF, rows, rowBytes, scales);
}
