/*
 * The sums of a panel for quantised rows: from 0, for ascending groups, sum = fma((float)i, scale[r][group], sum), where
 * i is the integer sum of w * q over the group. Integer sums are exact in any order, so only this chain has one.
 *
 * A group's weights and the groups of all rows of a block stay in the innermost cache while its tiles run; the float
 * sums are touched once a group. Every height of a tile has its own code.
 */
#include "layout.h"

#define TILE(rows)                                                  \
    case rows:                                                      \
        group_tile(rows, sums, group, q, rowBytes, scales, starts); \
        break;

static void group_tile_of(int height, float* sums, const uint8_t* group, const uint8_t* q, size_t rowBytes,
                          const float* scales, const int32_t* starts) {
    switch (height) {
        TILE(1)
        TILE(2)
        TILE(3)
        TILE(4)
#if DOT_ROWS > 4
        TILE(5)
        TILE(6)
#endif
#if DOT_ROWS > 6
        TILE(7)
        TILE(8)
        TILE(9)
        TILE(10)
        TILE(11)
        TILE(12)
#endif
    }
}

#undef TILE

/*
 * sums [rows, 32], q [rows, quantized_bytes]
 */
static void int8_sums(float* sums, const uint8_t* q, int rows, int inputs, const uint8_t* panel) {
    size_t rowBytes = quantized_bytes(inputs);
    int tiles = (rows + DOT_ROWS - 1) / DOT_ROWS;
    for (int i = 0; i < rows * PANEL; i++) {
        sums[i] = 0.f;
    }
    for (size_t g = 0; g < groups_of(inputs); g++) {
        const uint8_t* group = panel + g * GROUP * PANEL;
        for (int t = 0; t < tiles; t++) {
            int first = rows * t / tiles, height = rows * (t + 1) / tiles - first;
            const uint8_t* row = q + first * rowBytes;
            const float* scales = (const float*)(row + scales_offset(inputs)) + g;
            const int32_t* starts = (const int32_t*)(row + starts_offset(inputs)) + g;
            float* to = sums + first * PANEL;
            const uint8_t* at = row + g * GROUP * sizeof(rounded);
            group_tile_of(height, to, group, at, rowBytes, scales, starts);
        }
    }
}
