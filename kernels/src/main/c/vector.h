/*
 * Vectors of floats, `vf`, with LANES elements: 16 with AVX-512, 8 with AVX2, 4 with NEON, 1 in plain C. Operators
 * + - * / work on all of them; each function below is one correctly rounded operation for each lane, or none.
 */
#ifndef TIDAR_VECTOR_H
#define TIDAR_VECTOR_H

#include "kernels.h"

#define INLINE static inline __attribute__((always_inline))

INLINE float float_of_bits(uint32_t bits) {
    union {
        uint32_t bits;
        float value;
    } u = {bits};
    return u.value;
}

INLINE uint32_t bits_of_float(float value) {
    union {
        float value;
        uint32_t bits;
    } u = {value};
    return u.bits;
}

INLINE float float_of_bf16(uint16_t bits) { return float_of_bits((uint32_t)bits << 16); }

/* Rounded to nearest even; NaN stays NaN. */
INLINE uint16_t bf16_of_float(float value) {
    uint32_t bits = bits_of_float(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
        return (uint16_t)(bits >> 16 | 0x40);
    }
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

INLINE void copy_floats(float* restrict to, const float* restrict from, int count) {
    for (int i = 0; i < count; i++) {
        to[i] = from[i];
    }
}

/*
 * Asks for what stands two groups ahead of a place in a panel, or in the next one. A product of few rows waits for its
 * weights, and the processor's own look-ahead ends with each page. An address without memory does no harm.
 */
INLINE void read_ahead(const uint8_t* weights) { __builtin_prefetch((const void*)((uintptr_t)weights + AHEAD)); }

/*
 * Keeps an accumulator in its register: without it GCC computes the products of all rows first and moves accumulators to
 * the stack for them.
 */
#if defined(__x86_64__)
#define KEEP(accumulator) __asm__ volatile("" : "+v"(accumulator))
#else
#define KEEP(accumulator) __asm__ volatile("" : "+w"(accumulator))
#endif

INLINE int least(int a, int b) { return a < b ? a : b; }
INLINE int greatest(int a, int b) { return a > b ? a : b; }

#if defined(PLAIN_VECTORS)

#define LANES 1
#define UNROLL
typedef float vf;

INLINE vf vf_load(const float* from) { return *from; }
INLINE void vf_store(float* to, vf a) { *to = a; }
INLINE vf vf_all(float value) { return value; }
INLINE vf vf_fma(vf a, vf b, vf c) { return __builtin_fmaf(a, b, c); }
/* a > b ? a : b, so b where one of them is NaN */
INLINE vf vf_max(vf a, vf b) { return a > b ? a : b; }
/* a < b ? a : b, so b where one of them is NaN */
INLINE vf vf_min(vf a, vf b) { return a < b ? a : b; }
INLINE vf vf_of_int8(const int8_t* from) { return *from; }
INLINE vf vf_of_bf16(const uint16_t* from) { return float_of_bf16(*from); }
/* The low halves of 32-bit words as bf16. */
INLINE vf vf_of_low(const uint32_t* from) { return float_of_bits(*from << 16); }
INLINE vf vf_of_high(const uint32_t* from) { return float_of_bits(*from & 0xffff0000); }

/* p * 2^n, where n stands in the low bits of shifted, as exponential.h leaves it. */
INLINE vf vf_scale(vf p, vf shifted, int rounderBits) {
    int32_t exponent = (int32_t)bits_of_float(shifted) - rounderBits;
    int32_t half = exponent >> 1;
    return p * float_of_bits((uint32_t)(half + 127) << 23) * float_of_bits((uint32_t)(exponent - half + 127) << 23);
}

#else

#define UNROLL _Pragma("GCC unroll 32")

#if defined(__AVX512F__)

#include <immintrin.h>
#define LANES 16
typedef __m512 vf;

INLINE vf vf_load(const float* from) { return _mm512_loadu_ps(from); }
INLINE void vf_store(float* to, vf a) { _mm512_storeu_ps(to, a); }
INLINE vf vf_all(float value) { return _mm512_set1_ps(value); }
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }
INLINE vf vf_of_int8(const int8_t* from) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i*)from)));
}
INLINE vf vf_of_bf16(const uint16_t* from) {
    __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)from));
    return _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
}
INLINE vf vf_of_low(const uint32_t* from) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_loadu_si512(from), 16));
}
INLINE vf vf_of_high(const uint32_t* from) {
    return _mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(from), _mm512_set1_epi32((int)0xffff0000)));
}

#elif defined(__AVX2__)

#include <immintrin.h>
#define LANES 8
typedef __m256 vf;

INLINE vf vf_load(const float* from) { return _mm256_loadu_ps(from); }
INLINE void vf_store(float* to, vf a) { _mm256_storeu_ps(to, a); }
INLINE vf vf_all(float value) { return _mm256_set1_ps(value); }
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }
INLINE vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }
INLINE vf vf_of_int8(const int8_t* from) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)from)));
}
INLINE vf vf_of_bf16(const uint16_t* from) {
    __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(words, 16));
}
INLINE vf vf_of_low(const uint32_t* from) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_loadu_si256((const __m256i*)from), 16));
}
INLINE vf vf_of_high(const uint32_t* from) {
    __m256i words = _mm256_loadu_si256((const __m256i*)from);
    return _mm256_castsi256_ps(_mm256_and_si256(words, _mm256_set1_epi32((int)0xffff0000)));
}

#elif defined(__aarch64__)

#include <arm_neon.h>
#define LANES 4
typedef float32x4_t vf;

INLINE vf vf_load(const float* from) { return vld1q_f32(from); }
INLINE void vf_store(float* to, vf a) { vst1q_f32(to, a); }
INLINE vf vf_all(float value) { return vdupq_n_f32(value); }
INLINE vf vf_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
INLINE vf vf_max(vf a, vf b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
INLINE vf vf_min(vf a, vf b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
INLINE vf vf_of_int8(const int8_t* from) {
    int32_t four;
    __builtin_memcpy(&four, from, 4);
    int16x8_t words = vmovl_s8(vcreate_s8((uint32_t)four));
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(words)));
}
INLINE vf vf_of_bf16(const uint16_t* from) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(from), 16)); }
INLINE vf vf_of_low(const uint32_t* from) { return vreinterpretq_f32_u32(vshlq_n_u32(vld1q_u32(from), 16)); }
INLINE vf vf_of_high(const uint32_t* from) {
    return vreinterpretq_f32_u32(vandq_u32(vld1q_u32(from), vdupq_n_u32(0xffff0000)));
}

#endif

typedef int32_t vi __attribute__((vector_size(4 * LANES)));

INLINE vf vf_scale(vf p, vf shifted, int rounderBits) {
    vi exponent = (vi)shifted - rounderBits;
    vi half = exponent >> 1;
    return p * (vf)((half + 127) << 23) * (vf)((exponent - half + 127) << 23);
}

#endif

#endif
