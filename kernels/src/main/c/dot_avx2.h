/*
 * Integer products with AVX2. Weights and rows are widened to 16 bits and pairs of inputs multiplied with vpmaddwd,
 * which is exact; vpmaddubsw would saturate.
 *
 * Half a group of a panel is [32 pairs of inputs][16 outputs][2], bytes; a quantised row holds int16, so that a pair
 * is one 32-bit broadcast.
 *
 * Cost for 16 outputs and a pair of inputs: two widenings, and a multiplication, an addition and half a broadcast load
 * for each 8 products; four rows or more are bound by the four units for integers.
 */
#include "vector.h"

typedef int16_t rounded;
#define STEP 2
#define UNSIGNED_BIT 0
#define DOT_ROWS 6

INLINE __m256i pair_of_inputs(const uint8_t* at) {
    int32_t pair;
    __builtin_memcpy(&pair, at, sizeof pair);
    return _mm256_set1_epi32(pair);
}

/* Adds the products of one pair of inputs to the sums of 16 outputs. */
INLINE void add_pair(const int height, __m256i sum[DOT_ROWS][2], const uint8_t* w, const uint8_t* rows,
                     size_t rowBytes) {
    __m256i low = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)w));
    __m256i high = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)(w + 16)));
    UNROLL for (int r = 0; r < height; r++) {
        __m256i x = pair_of_inputs(rows + r * rowBytes);
        sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(low, x));
        sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(high, x));
        KEEP(sum[r][0]);
        KEEP(sum[r][1]);
    }
}

INLINE void add_products(const int height, float* sums, const uint8_t* w, const uint8_t* rows, size_t rowBytes,
                         const float* scales) {
    const int pairs = height <= 3 ? 4 : 2; /* at a time, without a spill */
    __m256i sum[DOT_ROWS][2];
    UNROLL for (int r = 0; r < height; r++) { sum[r][0] = sum[r][1] = _mm256_setzero_si256(); }
    for (int k = 0; k < GROUP / 2; k += pairs) {
        UNROLL for (int i = 0; i < pairs; i++) {
            if (i % 2 == 0) {
                read_ahead(w + (k + i) * 2 * HALF);
            }
            add_pair(height, sum, w + (k + i) * 2 * HALF, rows + (k + i) * 4, rowBytes);
        }
    }
    UNROLL for (int r = 0; r < height; r++) {
        vf scale = vf_all(*(const float*)((const uint8_t*)scales + r * rowBytes));
        float* to = sums + r * PANEL;
        vf_store(to, vf_fma(_mm256_cvtepi32_ps(sum[r][0]), scale, vf_load(to)));
        vf_store(to + 8, vf_fma(_mm256_cvtepi32_ps(sum[r][1]), scale, vf_load(to + 8)));
    }
}

INLINE void group_tile(const int height, float* sums, const uint8_t* group, const uint8_t* rows, size_t rowBytes,
                       const float* scales, const int32_t* starts) {
    (void)starts;
    add_products(height, sums, group, rows, rowBytes, scales);
    add_products(height, sums + HALF, group + GROUP * HALF, rows, rowBytes, scales);
}
