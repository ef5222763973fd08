/*
 * Integer products with smmla: two rows by two outputs, eight inputs at a time, exactly. One row takes sdot over the same
 * weights, whose two halves of eight inputs are added at the end; a row without a neighbour in a tile is its own.
 *
 * Half a group of a panel is [8 octets of inputs][16 outputs][8] int8; a quantised row holds int8.
 */
#include "vector.h"

typedef int8_t rounded;
#define STEP 8
#define UNSIGNED_BIT 0
#define DOT_ROWS 6

enum { PAIRS_OF_OUTPUTS = HALF / 2 };

INLINE void add_floats(float* to, int32x4_t sums, const float* scale) {
    vf_store(to, vf_fma(vcvtq_f32_s32(sums), vf_all(*scale), vf_load(to)));
}

INLINE void add_products_of_one(float* sums, const int8_t* w, const int8_t* row, const float* scale) {
    int32x4_t sum[PAIRS_OF_OUTPUTS];
    UNROLL for (int v = 0; v < PAIRS_OF_OUTPUTS; v++) { sum[v] = vdupq_n_s32(0); }
    for (int k = 0; k < GROUP; k += 8) {
        int8x8_t octet = vld1_s8(row + k);
        int8x16_t x = vcombine_s8(octet, octet);
        UNROLL for (int v = 0; v < PAIRS_OF_OUTPUTS; v++) {
            sum[v] = vdotq_s32(sum[v], vld1q_s8(w + k * HALF + 16 * v), x);
        }
    }
    UNROLL for (int v = 0; v < PAIRS_OF_OUTPUTS; v += 2) {
        add_floats(sums + 2 * v, vpaddq_s32(sum[v], sum[v + 1]), scale);
    }
}

INLINE void add_products(const int height, float* sums, const int8_t* w, const uint8_t* rows, size_t rowBytes,
                         const float* scales) {
    const int pairs = (height + 1) / 2;
    int32x4_t sum[DOT_ROWS / 2][PAIRS_OF_OUTPUTS];
    UNROLL for (int p = 0; p < pairs; p++) {
        UNROLL for (int v = 0; v < PAIRS_OF_OUTPUTS; v++) { sum[p][v] = vdupq_n_s32(0); }
    }
    for (int k = 0; k < GROUP; k += 8) {
        int8x16_t x[DOT_ROWS / 2];
        UNROLL for (int p = 0; p < pairs; p++) {
            const int8_t* row = (const int8_t*)rows + 2 * p * rowBytes + k;
            x[p] = vcombine_s8(vld1_s8(row), vld1_s8(2 * p + 1 < height ? row + rowBytes : row));
        }
        UNROLL for (int v = 0; v < PAIRS_OF_OUTPUTS; v++) {
            int8x16_t weights = vld1q_s8(w + k * HALF + 16 * v);
            UNROLL for (int p = 0; p < pairs; p++) { sum[p][v] = vmmlaq_s32(sum[p][v], x[p], weights); }
        }
    }
    UNROLL for (int r = 0; r < height; r++) {
        const float* scale = (const float*)((const uint8_t*)scales + r * rowBytes);
        UNROLL for (int v = 0; v < PAIRS_OF_OUTPUTS; v += 2) {
            int32x4_t left = sum[r / 2][v], right = sum[r / 2][v + 1];
            int32x4_t four = r % 2 ? vcombine_s32(vget_high_s32(left), vget_high_s32(right))
                                   : vcombine_s32(vget_low_s32(left), vget_low_s32(right));
            add_floats(sums + r * PANEL + 2 * v, four, scale);
        }
    }
}

INLINE void group_tile(const int height, float* sums, const uint8_t* group, const uint8_t* rows, size_t rowBytes,
                       const float* scales, const int32_t* starts) {
    (void)starts;
    for (int half = 0; half < 2; half++) {
        const int8_t* w = (const int8_t*)group + half * GROUP * HALF;
        if (height == 1) {
            add_products_of_one(sums + half * HALF, w, (const int8_t*)rows, scales);
        } else {
            add_products(height, sums + half * HALF, w, rows, rowBytes, scales);
        }
    }
}
