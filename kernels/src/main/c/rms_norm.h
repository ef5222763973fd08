/*
 * rmsNorm:  y[r, :] = x[r, :] / sqrt(mean(x[r, :]^2) + epsilon) * gain
 *
 *   name     shape            dtype  meaning
 *   y        [rows, columns]  f32    may be x
 *   x        [rows, columns]  f32
 *   gain     [columns]        f32
 *
 * Numerics  sixteen interleaved chains of squares, added as a tree of halves; mean and the sum with epsilon in f32, root
 *           and division in double, rounded to f32; two products, each rounded.
 * Oracle    RowOperations.rmsNorm.
 * Cost      a row is read twice, the second time from the cache.
 */
#ifndef TIDAR_RMS_NORM_H
#define TIDAR_RMS_NORM_H

#include "vector.h"

/* Adds 16 sums in halves: t and t + 8, then t and t + 4, and so on. */
INLINE float tree_sum(float* sums) {
    for (int half = 8; half > 0; half /= 2) {
        for (int t = 0; t < half; t++) {
            sums[t] += sums[t + half];
        }
    }
    return sums[0];
}

INLINE void normalise(float* y, const float* x, const float* gain, float epsilon, int columns) {
    float sums[16];
    vf squares[16 / LANES];
    int whole = columns / 16 * 16;
    UNROLL for (int v = 0; v < 16 / LANES; v++) { squares[v] = vf_all(0.f); }
    for (int i = 0; i < whole; i += 16) {
        UNROLL for (int v = 0; v < 16 / LANES; v++) {
            vf element = vf_load(x + i + v * LANES);
            squares[v] = vf_fma(element, element, squares[v]);
        }
    }
    UNROLL for (int v = 0; v < 16 / LANES; v++) { vf_store(sums + v * LANES, squares[v]); }
    for (int i = whole; i < columns; i++) {
        sums[i - whole] = __builtin_fmaf(x[i], x[i], sums[i - whole]);
    }
    float mean = tree_sum(sums) / (float)columns;
    float factor = (float)(1 / __builtin_sqrt((double)(mean + epsilon)));
    int i = 0;
    for (; i + LANES <= columns; i += LANES) {
        vf_store(y + i, vf_load(x + i) * vf_all(factor) * vf_load(gain + i));
    }
    for (; i < columns; i++) {
        y[i] = x[i] * factor * gain[i];
    }
}

static void rmsNorm(float* y, const float* x, const float* gain, float epsilon, int columns, int rows) {
    for (int r = 0; r < rows; r++, x += columns, y += columns) {
        normalise(y, x, gain, epsilon, columns);
    }
}

#endif
