/*
 * gatherRows:  y[i, :] = x[numbers[i], :]
 *
 *   name     shape             dtype  meaning
 *   y        [count, columns]  f32    rows with a negative number stay as they are
 *   x        [, columns]       f32
 *   numbers  [count]           i32
 *
 * Numerics  a copy.
 * Oracle    CpuBackend.gatherRows.
 */
#include "vector.h"

static void gatherRows(float* y, const float* x, int columns, const int32_t* numbers, int count) {
    for (int i = 0; i < count; i++) {
        if (numbers[i] >= 0) {
            copy_floats(y + (size_t)i * columns, x + (size_t)numbers[i] * columns, columns);
        }
    }
}
