/*
 * mix:  y = beta * y + (1 - beta) * x over one row
 *
 *   name     shape      dtype  meaning
 *   y, x     [columns]  f32
 *   beta     scalar     f32    0 to 1, dimensionless
 *
 * Numerics  fma(beta, y, (1 - beta) * x).
 * Oracle    RowOperations.mix.
 */
#include "vector.h"

static void mix(float* y, const float* x, int columns, float beta) {
    float rest = 1 - beta;
    for (int i = 0; i < columns; i++) {
        y[i] = __builtin_fmaf(beta, y[i], rest * x[i]);
    }
}
