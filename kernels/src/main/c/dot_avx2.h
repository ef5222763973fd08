/*
 * Integer products with AVX2. Weights and rows are widened to 16 bits and pairs of inputs multiplied with vpmaddwd,
 * which is exact; vpmaddubsw would saturate.
 *
 * Half a group of a panel is [32 pairs of inputs][16 outputs][2], bytes; a quantised row holds int16, so that a pair
 * is one 32-bit broadcast. Several tiles share the weights of a group, which are then widened once.
 *
 * Cost for 16 outputs and a pair of inputs: two widenings, and a multiplication, an addition and half a broadcast load
 * for each 8 products; four rows or more are bound by the four units for integers.
 */
#include "vector.h"

typedef int16_t rounded;
#define STEP 2
#define UNSIGNED_BIT 0
#define DOT_ROWS 6
#define WIDENS 1

INLINE __m256i pair_of_inputs(const uint8_t *at) {
    int32_t pair;
    __builtin_memcpy(&pair, at, sizeof pair);
    return _mm256_set1_epi32(pair);
}

/* What the scratch holds: the group's weights as int16, in the same order. */
static void widen_group(uint8_t *widened, const uint8_t *group) {
    for (int i = 0; i < PANEL * GROUP; i += 16) {
        __m256i w = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(group + i)));
        _mm256_storeu_si256((__m256i *)(widened + 2 * i), w);
    }
}

INLINE __m256i widened_weights(const int wide, const uint8_t *w, int at) {
    return wide ? _mm256_loadu_si256((const __m256i *)(w + 2 * at))
                : _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + at)));
}

INLINE void add_products(const int wide, const int height, float *sums, const uint8_t *group, const uint8_t *rows,
                         size_t rowBytes, const float *scales) {
    for (int half = 0; half < 2; half++) {
        const uint8_t *w = group + half * (GROUP * HALF << wide);
        __m256i sum[DOT_ROWS][2];
        UNROLL for (int r = 0; r < height; r++) { sum[r][0] = sum[r][1] = _mm256_setzero_si256(); }
        _Pragma("GCC unroll 2") for (int k = 0; k < GROUP / 2; k++) {
            __m256i low = widened_weights(wide, w, 32 * k);
            __m256i high = widened_weights(wide, w, 32 * k + 16);
            UNROLL for (int r = 0; r < height; r++) {
                __m256i x = pair_of_inputs(rows + r * rowBytes + 4 * k);
                sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(low, x));
                sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(high, x));
            }
        }
        UNROLL for (int r = 0; r < height; r++) {
            vf scale = vf_all(*(const float *)((const uint8_t *)scales + r * rowBytes));
            float *to = sums + r * PANEL + half * HALF;
            vf_store(to, vf_fma(_mm256_cvtepi32_ps(sum[r][0]), scale, vf_load(to)));
            vf_store(to + 8, vf_fma(_mm256_cvtepi32_ps(sum[r][1]), scale, vf_load(to + 8)));
        }
    }
}

INLINE void group_tile(const int height, float *sums, const uint8_t *group, const uint8_t *rows, size_t rowBytes,
                       const float *scales, const int32_t *starts) {
    (void)starts;
    add_products(0, height, sums, group, rows, rowBytes, scales);
}

INLINE void widened_tile(const int height, float *sums, const uint8_t *widened, const uint8_t *rows, size_t rowBytes,
                         const float *scales) {
    add_products(1, height, sums, widened, rows, rowBytes, scales);
}
