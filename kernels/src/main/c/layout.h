/*
 * How matrices and quantised rows lie in memory.
 *
 * A panel has 32 outputs, the last one of a matrix filled up with zeros:
 *
 *   KIND_F32           [inputs][32] f32
 *   KIND_BF16          [inputs][16] 32-bit words: output n in the low, output n + 16 in the high half
 *   KIND_INT8          [inputs][32] int8
 *   KIND_INT8_BY_INT8  [groups of 64 inputs][2 halves][64 / STEP][16 outputs][STEP] int8, combined with UNSIGNED_BIT by
 *                      exclusive or; inputs filled up with zeros
 *
 * A quantised row is [groups][64] of `rounded`, filled up with zeros; then [groups] f32 scales; then [groups] i32 where
 * an integer sum starts, so that weights may be unsigned: -128 * the sum of the group, or 0. Rows start at multiples of
 * 64 bytes.
 *
 * STEP, UNSIGNED_BIT and `rounded` are the level's own; see dot_*.h.
 */
#ifndef TIDAR_LAYOUT_H
#define TIDAR_LAYOUT_H

#include "vector.h"

INLINE size_t groups_of(int inputs) { return ((size_t)inputs + GROUP - 1) / GROUP; }

INLINE size_t scales_offset(int inputs) { return groups_of(inputs) * GROUP * sizeof(rounded); }

INLINE size_t starts_offset(int inputs) { return scales_offset(inputs) + groups_of(inputs) * sizeof(float); }

INLINE size_t quantized_bytes(int inputs) {
    return (starts_offset(inputs) + groups_of(inputs) * sizeof(int32_t) + 63) / 64 * 64;
}

INLINE size_t panel_bytes(int kind, int inputs) {
    switch (kind) {
    case KIND_F32:
        return (size_t)inputs * PANEL * 4;
    case KIND_BF16:
        return (size_t)inputs * PANEL * 2;
    case KIND_INT8:
        return (size_t)inputs * PANEL;
    default:
        return groups_of(inputs) * GROUP * PANEL;
    }
}

/* Where the weight of an input and an output of a panel stands. */
INLINE size_t interleaved(int k, int n) {
    size_t half = (size_t)(k / GROUP) * 2 + n / HALF;
    return half * GROUP * HALF + (size_t)(k % GROUP / STEP * HALF + n % HALF) * STEP + k % STEP;
}

static int64_t panelBytes(int kind, int inputs) { return (int64_t)panel_bytes(kind, inputs); }
static int64_t quantizedBytes(int inputs) { return (int64_t)quantized_bytes(inputs); }

#endif
