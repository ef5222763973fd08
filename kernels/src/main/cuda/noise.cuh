/*
 * Gumbel noise as a pure function of (seed, position, token): dev.tidar.sampling.Noise, bit for bit.
 *
 * Philox4x32-10 (Salmon et al., SC 2011) with key = seed and counter = (token, 0, position, 0); its first word x gives
 * v = (x + 0.5) / 2^32 and the noise -ln(-ln(1 - v)). Single IEEE roundings, no contraction.
 */
#pragma once

#include "device.cuh"

namespace noise {

/** No noise is larger. */
constexpr float LARGEST = 22.8739f;

__device__ __forceinline__ uint32_t word(uint64_t seed, int position, int token) {
    uint32_t c0 = static_cast<uint32_t>(token);
    uint32_t c1 = 0;
    uint32_t c2 = static_cast<uint32_t>(position);
    uint32_t c3 = 0;
    uint32_t key0 = static_cast<uint32_t>(seed);
    uint32_t key1 = static_cast<uint32_t>(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        uint32_t high0 = __umulhi(0xD2511F53u, c0);
        uint32_t low0 = 0xD2511F53u * c0;
        uint32_t high1 = __umulhi(0xCD9E8D57u, c2);
        uint32_t low1 = 0xCD9E8D57u * c2;
        c0 = high1 ^ c1 ^ key0;
        c1 = low1;
        c2 = high0 ^ c3 ^ key1;
        c3 = low0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return c0;
}

/** ln((1 + s) / (1 - s)) by its series up to s^11, for |s| < 0.172. */
__device__ __forceinline__ float twice_artanh(float s) {
    float z = s * s;
    float p = 0.09090909f;
    p = p * z + 0.11111111f;
    p = p * z + 0.14285715f;
    p = p * z + 0.2f;
    p = p * z + 0.33333334f;
    float twice = 2 * s;
    return twice + twice * z * p;
}

/** Natural logarithm of a positive, normal float. */
__device__ __forceinline__ float ln(float x) {
    int bits = __float_as_int(x);
    int exponent = static_cast<int>(static_cast<uint32_t>(bits) >> 23) - 127;
    float m = __int_as_float((bits & 0x7fffff) | 0x3f800000);
    if (m > 1.4142135f) {
        m *= 0.5f;
        exponent++;
    }
    return static_cast<float>(exponent) * 0.6931472f + twice_artanh((m - 1) / (m + 1));
}

/** -ln(1 - v), taken from v near 0 and from 1 - v elsewhere, so that both ends keep their precision. */
__device__ __forceinline__ float exponential_variate(uint32_t word) {
    float v = (static_cast<float>(word) + 0.5f) * 0x1p-32f;
    if (v < 0.25f) {
        return twice_artanh(v / (2 - v));
    }
    return -ln((static_cast<float>(~word) + 0.5f) * 0x1p-32f);
}

/** The noise of one token at one position. */
__device__ __forceinline__ float gumbel(uint64_t seed, int position, int token) {
    return -ln(exponential_variate(word(seed, position, token)));
}

} // namespace noise
