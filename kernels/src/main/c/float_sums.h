/*
 * The sums of a panel for rows in float: sums[r][n] = the chain over ascending k of fma(x[r][k], w[k][n], sum), from 0.
 *
 * Lanes are outputs. A tile of rows takes all 32 outputs where its accumulators fit the registers, and half of them at
 * a time otherwise. Stretches of 64 inputs stay in the cache for all tiles; their weights are widened to float once
 * where more than two tiles share them.
 */
#include "layout.h"

enum { STRETCH = 64 };

#if LANES == 1
#define FLOAT_ROWS 4
#define ACCUMULATORS 128
#else
#define FLOAT_ROWS 6
#define ACCUMULATORS (LANES == 8 ? 12 : 24)
#endif

/* The weights of input k and outputs [n, n + LANES) of a panel. */
INLINE vf panel_weights(const int kind, const uint8_t* panel, size_t k, const int n) {
    switch (kind) {
    case KIND_F32:
        return vf_load((const float*)panel + k * PANEL + n);
    case KIND_BF16:
        return n < HALF ? vf_of_low((const uint32_t*)panel + k * HALF + n)
                        : vf_of_high((const uint32_t*)panel + k * HALF + n - HALF);
    default:
        return vf_of_int8((const int8_t*)panel + k * PANEL + n);
    }
}

/* Continues the chains of `height` rows over `count` inputs, for outputs [from, from + VECTORS * LANES). */
INLINE void chains(const int kind, const int height, const int vectors, const int from, float* sums, const float* x,
                   int inputs, const uint8_t* panel, int count) {
    vf sum[FLOAT_ROWS][PANEL / LANES];
    UNROLL for (int r = 0; r < height; r++) {
        UNROLL for (int v = 0; v < vectors; v++) { sum[r][v] = vf_load(sums + r * PANEL + from + v * LANES); }
    }
    for (int k = 0; k < count; k++) {
        vf w[PANEL / LANES];
        UNROLL for (int v = 0; v < vectors; v++) { w[v] = panel_weights(kind, panel, (size_t)k, from + v * LANES); }
        UNROLL for (int r = 0; r < height; r++) {
            vf element = vf_all(x[(size_t)r * inputs + k]);
            UNROLL for (int v = 0; v < vectors; v++) {
                sum[r][v] = vf_fma(element, w[v], sum[r][v]);
                KEEP(sum[r][v]);
            }
        }
    }
    UNROLL for (int r = 0; r < height; r++) {
        UNROLL for (int v = 0; v < vectors; v++) { vf_store(sums + r * PANEL + from + v * LANES, sum[r][v]); }
    }
}

INLINE void float_tile(const int kind, const int height, float* sums, const float* x, int inputs, const uint8_t* panel,
                       int count) {
    if (height * (PANEL / LANES) <= ACCUMULATORS) {
        chains(kind, height, PANEL / LANES, 0, sums, x, inputs, panel, count);
    } else {
        chains(kind, height, HALF / LANES, 0, sums, x, inputs, panel, count);
        chains(kind, height, HALF / LANES, HALF, sums, x, inputs, panel, count);
    }
}

#define TILE(rows)                                             \
    case rows:                                                 \
        float_tile(kind, rows, sums, x, inputs, panel, count); \
        break;

INLINE void float_tile_of(const int kind, int height, float* sums, const float* x, int inputs, const uint8_t* panel,
                          int count) {
    switch (height) {
        TILE(1)
        TILE(2)
        TILE(3)
        TILE(4)
#if FLOAT_ROWS > 4
        TILE(5)
        TILE(6)
#endif
    }
}

#undef TILE

static void f32_tile(int height, float* sums, const float* x, int inputs, const uint8_t* panel, int count) {
    float_tile_of(KIND_F32, height, sums, x, inputs, panel, count);
}

static void bf16_tile(int height, float* sums, const float* x, int inputs, const uint8_t* panel, int count) {
    float_tile_of(KIND_BF16, height, sums, x, inputs, panel, count);
}

static void int8_tile(int height, float* sums, const float* x, int inputs, const uint8_t* panel, int count) {
    float_tile_of(KIND_INT8, height, sums, x, inputs, panel, count);
}

typedef void (*FloatTile)(int height, float* sums, const float* x, int inputs, const uint8_t* panel, int count);

INLINE void widen_stretch(const int kind, float* wide, const uint8_t* panel, int count) {
    for (int k = 0; k < count; k++) {
        UNROLL for (int n = 0; n < PANEL; n += LANES) {
            vf_store(wide + k * PANEL + n, panel_weights(kind, panel, (size_t)k, n));
        }
    }
}

/*
 * sums [rows, 32], x [rows, inputs]; wide: scratch for a stretch, [64, 32].
 */
static void float_sums(float* sums, const float* x, int rows, int inputs, int kind, const uint8_t* panel, float* wide) {
    FloatTile tile = kind == KIND_F32 ? f32_tile : kind == KIND_BF16 ? bf16_tile : int8_tile;
    int tiles = (rows + FLOAT_ROWS - 1) / FLOAT_ROWS;
    int widen = kind != KIND_F32 && tiles > 2;
    for (int i = 0; i < rows * PANEL; i++) {
        sums[i] = 0.f;
    }
    for (int k = 0; k < inputs; k += STRETCH) {
        int count = least(STRETCH, inputs - k);
        const uint8_t* weights = panel + (size_t)k * panel_bytes(kind, 1);
        if (widen && kind == KIND_BF16) {
            widen_stretch(KIND_BF16, wide, weights, count);
        } else if (widen) {
            widen_stretch(KIND_INT8, wide, weights, count);
        }
        for (int t = 0; t < tiles; t++) {
            int first = rows * t / tiles, height = rows * (t + 1) / tiles - first;
            float* to = sums + first * PANEL;
            const float* from = x + (size_t)first * inputs + k;
            (widen ? f32_tile : tile)(height, to, from, inputs, widen ? (const uint8_t*)wide : weights, count);
        }
    }
}
