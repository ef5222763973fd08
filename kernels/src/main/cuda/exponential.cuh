/*
 * The exponential function of all backends, step for step that of dev.tidar.sampling.Exponential: with n the nearest
 * integer to x / ln 2 and r = x - n ln 2, exp(x) = 2^n exp(r), exp(r) by its Taylor polynomial of degree 7: within
 * 2 ulp.
 */
#pragma once

#include "device.cuh"

__device__ __forceinline__ float exponential(float value) {
    constexpr float LOG2_E = 0x1.715476p0f;
    constexpr float ROUNDER = 0x1.8p23f; // adding it rounds to an integer, which then stands in the low bits
    constexpr float LN2_HIGH = 0x1.62e4p-1f;
    constexpr float LN2_LOW = 1.4286068e-6f;

    float x = value < -104.f ? -104.f : value; // NaN stays NaN
    x = x > 89.f ? 89.f : x;
    float shifted = fmaf(x, LOG2_E, ROUNDER);
    float n = shifted - ROUNDER;
    float r = fmaf(n, -LN2_HIGH, x);
    r = fmaf(n, -LN2_LOW, r);
    float p = fmaf(1.f / 5040, r, 1.f / 720);
    p = fmaf(p, r, 1.f / 120);
    p = fmaf(p, r, 1.f / 24);
    p = fmaf(p, r, 1.f / 6);
    p = fmaf(p, r, 0.5f);
    p = fmaf(p, r, 1.f);
    p = fmaf(p, r, 1.f);
    // Two factors, because 2^n itself may be too large or too small for a float.
    int exponent = __float_as_int(shifted) - 0x4b400000;
    int half = exponent >> 1;
    return p * __int_as_float((half + 127) << 23) * __int_as_float((exponent - half + 127) << 23);
}

/** silu(gate) * up, with the roundings of the CPU. */
__device__ __forceinline__ float swish_gate(float gate, float up) { return gate / (1 + exponential(-gate)) * up; }
