/*
 * exp(x) and silu(gate) * up, lane by lane, with the steps and roundings of dev.tidar.sampling.Exponential: with n the
 * nearest integer to x / ln 2 and r = x - n ln 2, exp(x) = 2^n * exp(r), exp(r) by its Taylor polynomial of degree 7.
 * NaN stays NaN.
 */
#ifndef TIDAR_EXPONENTIAL_H
#define TIDAR_EXPONENTIAL_H

#include "vector.h"

INLINE vf exponential(vf value) {
    const float rounder = 0x1.8p23f; /* adding it rounds to an integer, which then stands in the low bits */
    vf x = vf_max(vf_all(-104.f), value);
    x = vf_min(vf_all(89.f), x);
    vf shifted = vf_fma(x, vf_all(0x1.715476p0f), vf_all(rounder));
    vf n = shifted - vf_all(rounder);
    vf r = vf_fma(n, vf_all(-0x1.62e4p-1f), x);
    r = vf_fma(n, vf_all(-1.4286068e-6f), r);
    vf p = vf_fma(vf_all(1.f / 5040), r, vf_all(1.f / 720));
    p = vf_fma(p, r, vf_all(1.f / 120));
    p = vf_fma(p, r, vf_all(1.f / 24));
    p = vf_fma(p, r, vf_all(1.f / 6));
    p = vf_fma(p, r, vf_all(0.5f));
    p = vf_fma(p, r, vf_all(1.f));
    p = vf_fma(p, r, vf_all(1.f));
    return vf_scale(p, shifted, 0x4b400000);
}

INLINE vf swish_gate(vf gate, vf up) { return gate / (vf_all(1.f) + exponential(-gate)) * up; }

#endif
