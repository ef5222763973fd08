/*
 * Integer products with VNNI: vpdpbusd multiplies four unsigned by four signed bytes and adds them up, exactly.
 *
 * Half a group of a panel is [16 quads of inputs][16 outputs][4], unsigned bytes, weight + 128; a quantised row holds
 * int8, so that a quad is one 32-bit broadcast, and what its sums start at, -128 * the sum of the group. A vector of
 * sums has 16 outputs with AVX-512, 8 with AVX-VNNI, whose instruction is the same in another encoding.
 *
 * vpdpbusd wraps and does not saturate, so only the end of a sum must fit 32 bits: 64 * 255 * 127 does.
 */
#include "vector.h"

typedef int8_t rounded;
#define STEP 4
#define UNSIGNED_BIT 0x80

#if LANES == 16
#define DOT_ROWS 12
typedef __m512i sums_of_int;
INLINE sums_of_int int_all(int32_t value) { return _mm512_set1_epi32(value); }
INLINE sums_of_int int_load(const uint8_t* from) { return _mm512_loadu_si512(from); }
INLINE sums_of_int dot(sums_of_int sum, sums_of_int w, sums_of_int x) { return _mm512_dpbusd_epi32(sum, w, x); }
INLINE vf float_of_int(sums_of_int a) { return _mm512_cvtepi32_ps(a); }
#else
#define DOT_ROWS 6
typedef __m256i sums_of_int;
INLINE sums_of_int int_all(int32_t value) { return _mm256_set1_epi32(value); }
INLINE sums_of_int int_load(const uint8_t* from) { return _mm256_loadu_si256((const __m256i*)from); }
INLINE sums_of_int dot(sums_of_int sum, sums_of_int w, sums_of_int x) { return _mm256_dpbusd_avx_epi32(sum, w, x); }
INLINE vf float_of_int(sums_of_int a) { return _mm256_cvtepi32_ps(a); }
#endif

INLINE int32_t quad_of_inputs(const uint8_t* at) {
    int32_t quad;
    __builtin_memcpy(&quad, at, sizeof quad);
    return quad;
}

/* Adds the products of one quad of inputs to two vectors of outputs. */
INLINE void add_quad(const int height, sums_of_int sum[DOT_ROWS][2], const uint8_t* first, const uint8_t* second,
                     const uint8_t* rows, size_t rowBytes) {
    sums_of_int low = int_load(first), high = int_load(second);
    UNROLL for (int r = 0; r < height; r++) {
        sums_of_int x = int_all(quad_of_inputs(rows + r * rowBytes));
        sum[r][0] = dot(sum[r][0], low, x);
        sum[r][1] = dot(sum[r][1], high, x);
        KEEP(sum[r][0]);
        KEEP(sum[r][1]);
    }
}

/* Two vectors of outputs for each row: 32 outputs with AVX-512, half of them with AVX-VNNI. */
INLINE void add_products(const int height, float* sums, const uint8_t* first, const uint8_t* second,
                         const size_t weightsStep, const uint8_t* rows, size_t rowBytes, const float* scales,
                         const int32_t* starts) {
    const int quads = 2; /* at a time */
    sums_of_int sum[DOT_ROWS][2];
    UNROLL for (int r = 0; r < height; r++) {
        sum[r][0] = sum[r][1] = int_all(*(const int32_t*)((const uint8_t*)starts + r * rowBytes));
    }
    for (int k = 0; k < GROUP / 4; k += quads) {
        UNROLL for (int i = 0; i < quads; i++) {
            size_t at = (size_t)(k + i) * weightsStep;
            read_ahead(first + at);
            if (LANES == HALF) {
                read_ahead(second + at);
            }
            add_quad(height, sum, first + at, second + at, rows + 4 * (k + i), rowBytes);
        }
    }
    UNROLL for (int r = 0; r < height; r++) {
        vf scale = vf_all(*(const float*)((const uint8_t*)scales + r * rowBytes));
        float* to = sums + r * PANEL;
        vf_store(to, vf_fma(float_of_int(sum[r][0]), scale, vf_load(to)));
        vf_store(to + LANES, vf_fma(float_of_int(sum[r][1]), scale, vf_load(to + LANES)));
    }
}

INLINE void group_tile(const int height, float* sums, const uint8_t* group, const uint8_t* rows, size_t rowBytes,
                       const float* scales, const int32_t* starts) {
    const size_t half = GROUP * HALF, quad = 4 * HALF;
    if (LANES == HALF) {
        add_products(height, sums, group, group + half, quad, rows, rowBytes, scales, starts);
    } else {
        add_products(height, sums, group, group + quad / 2, quad, rows, rowBytes, scales, starts);
        group += half;
        add_products(height, sums + HALF, group, group + quad / 2, quad, rows, rowBytes, scales, starts);
    }
}
