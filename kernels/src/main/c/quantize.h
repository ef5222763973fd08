/*
 * quantize: rows of x to int8 with one scale for each group of 64 inputs
 *
 *   name    shape                     dtype     meaning
 *   q       [rows, quantized_bytes]   layout.h  quantised rows
 *   x       [rows, inputs]            f32
 *
 * Numerics  amax = the largest |x| of the group. Not finite: scale NaN, all q = 0. 127 / amax infinite (amax is 0 or
 *           next to it): scale 0, all q = 0. Otherwise scale = amax / 127 and q = x * (127 / amax), rounded to nearest
 *           even and clamped to [-127, 127]. A row depends on itself only.
 * Oracle    QuantizedRows.
 * Cost      reads a row twice, the second time from the cache.
 */
#include "layout.h"

/* The bits of |x| are ordered as |x| is, with infinity and then NaN above all else. */
INLINE uint32_t largest_magnitude(const float* x) {
    int32_t largest = 0;
    for (int k = 0; k < GROUP; k++) {
        int32_t bits = (int32_t)(bits_of_float(x[k]) & 0x7fffffff);
        largest = bits > largest ? bits : largest;
    }
    return (uint32_t)largest;
}

/* Rounds a whole group; returns the sum of q. */
INLINE int32_t round_group(rounded* q, const float* x, float inverse) {
    int32_t sum = 0;
    for (int k = 0; k < GROUP; k++) {
        int32_t value = (int32_t)__builtin_rintf(x[k] * inverse);
        value = value > 127 ? 127 : value;
        value = value < -127 ? -127 : value;
        q[k] = (rounded)value;
        sum += value;
    }
    return sum;
}

INLINE void quantize_group(rounded* q, float* scale, int32_t* start, const float* x) {
    const uint32_t infinity = 0x7f800000;
    uint32_t bits = largest_magnitude(x);
    float largest = float_of_bits(bits);
    float inverse = 127.f / largest;
    *scale = largest / 127.f;
    *start = 0;
    if (bits >= infinity || bits_of_float(inverse) >= infinity) {
        *scale = bits >= infinity ? float_of_bits(0x7fc00000) : 0.f;
        for (int k = 0; k < GROUP; k++) {
            q[k] = 0;
        }
        return;
    }
    int32_t sum = round_group(q, x, inverse);
    if (UNSIGNED_BIT != 0) {
        *start = -128 * sum;
    }
}

static void quantize(uint8_t* q, const float* x, int inputs, int rows) {
    for (int r = 0; r < rows; r++) {
        rounded* to = (rounded*)q;
        float* scales = (float*)(q + scales_offset(inputs));
        int32_t* starts = (int32_t*)(q + starts_offset(inputs));
        for (int k = 0; k < inputs; k += GROUP) {
            const float* group = x + k;
            float filled[GROUP];
            if (inputs - k < GROUP) {
                for (int i = 0; i < GROUP; i++) {
                    filled[i] = k + i < inputs ? x[k + i] : 0.f;
                }
                group = filled;
            }
            quantize_group(to + k, scales++, starts++, group);
        }
        q += quantized_bytes(inputs);
        x += inputs;
    }
}
