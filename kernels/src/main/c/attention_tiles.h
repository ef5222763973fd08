/*
 * The two products of attention.h, for up to six queries that share keys or values.
 *
 * Scores: lanes are keys, [16] for each query, a chain over the elements. Weighing: lanes are elements of the output,
 * chains over tokens. Every number of queries has its own code.
 */
#ifndef TIDAR_ATTENTION_TILES_H
#define TIDAR_ATTENTION_TILES_H

#include "cache.h"

enum { QUERY_TILE = 6 };

/* One run, while it is computed. */
struct Run {
    const struct Attention* a;
    int queries; /* rows * heads that share the key/value head */
    int sharing;
    int headDim;
    int stride;     /* slots of a block */
    int from;       /* block of the first key that a row of the run sees */
    int blocks;     /* up to the last key that a row of the run sees */
    int fresh;      /* slot of the first fresh key */
    int slots;      /* of a query's weights */
    float scale;    /* of a score */
    float* weights; /* [queries, slots]: scores, then weights */
    float* query;   /* [queries, headDim] */
    float* out;     /* [queries, headDim] */
    float* sums;    /* [queries] */
    float* keys;    /* [headDim, 16]: fresh keys */
};

INLINE vf cached_floats(const int kind, const uint8_t* from, size_t at) {
    return kind == KIND_BF16 ? vf_of_bf16((const uint16_t*)from + at) : vf_load((const float*)from + at);
}

/* Scores of `height` queries with 16 keys. */
INLINE void score_tile(const int kind, const int height, const struct Run* run, int first, int slot,
                       const uint8_t* keys, size_t keyStride) {
    const float* query = run->query + (size_t)first * run->headDim;
    vf sum[QUERY_TILE][KEY_TILE / LANES];
    UNROLL for (int q = 0; q < height; q++) {
        UNROLL for (int v = 0; v < KEY_TILE / LANES; v++) { sum[q][v] = vf_all(0.f); }
    }
    for (int d = 0; d < run->headDim; d++) {
        vf key[KEY_TILE / LANES];
        UNROLL for (int v = 0; v < KEY_TILE / LANES; v++) {
            key[v] = cached_floats(kind, keys, d * keyStride + v * LANES);
        }
        UNROLL for (int q = 0; q < height; q++) {
            vf element = vf_all(query[q * run->headDim + d]);
            UNROLL for (int v = 0; v < KEY_TILE / LANES; v++) { sum[q][v] = vf_fma(element, key[v], sum[q][v]); }
        }
    }
    float* to = run->weights + (size_t)first * run->slots + slot;
    UNROLL for (int q = 0; q < height; q++) {
        UNROLL for (int v = 0; v < KEY_TILE / LANES; v++) {
            vf_store(to + (size_t)q * run->slots + v * LANES, sum[q][v] * vf_all(run->scale));
        }
    }
}

/* Adds the weighted values of some tokens to elements [from, from + vectors * LANES) of `height` queries. */
INLINE void weigh_elements(const int kind, const int height, const int vectors, const struct Run* run, int first,
                           int from, const float* weights, int tokens, const uint8_t* values, size_t valueStride) {
    float* out = run->out + (size_t)first * run->headDim + from;
    vf sum[QUERY_TILE][KEY_TILE / LANES];
    UNROLL for (int q = 0; q < height; q++) {
        UNROLL for (int v = 0; v < vectors; v++) { sum[q][v] = vf_load(out + q * run->headDim + v * LANES); }
    }
    for (int t = 0; t < tokens; t++) {
        vf value[KEY_TILE / LANES];
        UNROLL for (int v = 0; v < vectors; v++) {
            value[v] = cached_floats(kind, values, t * valueStride + from + v * LANES);
        }
        UNROLL for (int q = 0; q < height; q++) {
            vf weight = vf_all(weights[(size_t)q * run->slots + t]);
            UNROLL for (int v = 0; v < vectors; v++) { sum[q][v] = vf_fma(weight, value[v], sum[q][v]); }
        }
    }
    UNROLL for (int q = 0; q < height; q++) {
        UNROLL for (int v = 0; v < vectors; v++) { vf_store(out + q * run->headDim + v * LANES, sum[q][v]); }
    }
}

INLINE float cached_float(const int kind, const uint8_t* from, size_t at) {
    return kind == KIND_BF16 ? float_of_bf16(((const uint16_t*)from)[at]) : ((const float*)from)[at];
}

INLINE void weigh_tile(const int kind, const int height, const struct Run* run, int first, int slot, int tokens,
                       const uint8_t* values, size_t valueStride) {
    const float* weights = run->weights + (size_t)first * run->slots + slot;
    int d = 0;
    for (; d + KEY_TILE <= run->headDim; d += KEY_TILE) {
        weigh_elements(kind, height, KEY_TILE / LANES, run, first, d, weights, tokens, values, valueStride);
    }
    for (; d + LANES <= run->headDim; d += LANES) {
        weigh_elements(kind, height, 1, run, first, d, weights, tokens, values, valueStride);
    }
    for (; d < run->headDim; d++) {
        for (int q = 0; q < height; q++) {
            float* to = run->out + (size_t)(first + q) * run->headDim + d;
            float sum = *to;
            for (int t = 0; t < tokens; t++) {
                float weight = weights[(size_t)q * run->slots + t];
                sum = __builtin_fmaf(weight, cached_float(kind, values, t * valueStride + d), sum);
            }
            *to = sum;
        }
    }
}

#define TILES(tile, ...)            \
    switch (height) {               \
    case 1:                         \
        tile(kind, 1, __VA_ARGS__); \
        break;                      \
    case 2:                         \
        tile(kind, 2, __VA_ARGS__); \
        break;                      \
    case 3:                         \
        tile(kind, 3, __VA_ARGS__); \
        break;                      \
    case 4:                         \
        tile(kind, 4, __VA_ARGS__); \
        break;                      \
    case 5:                         \
        tile(kind, 5, __VA_ARGS__); \
        break;                      \
    case 6:                         \
        tile(kind, 6, __VA_ARGS__); \
        break;                      \
    }

INLINE void score_tiles(const int kind, int height, const struct Run* run, int first, int slot, const uint8_t* keys,
                        size_t keyStride){TILES(score_tile, run, first, slot, keys, keyStride)}

INLINE void weigh_tiles(const int kind, int height, const struct Run* run, int first, int slot, int tokens,
                        const uint8_t* values, size_t valueStride) {
    TILES(weigh_tile, run, first, slot, tokens, values, valueStride)
}

#undef TILES

static void score(int kind, int height, const struct Run* run, int first, int slot, const uint8_t* keys,
                  size_t keyStride) {
    if (kind == KIND_BF16) {
        score_tiles(KIND_BF16, height, run, first, slot, keys, keyStride);
    } else {
        score_tiles(KIND_F32, height, run, first, slot, keys, keyStride);
    }
}

static void weigh(int kind, int height, const struct Run* run, int first, int slot, int tokens, const uint8_t* values,
                  size_t valueStride) {
    if (kind == KIND_BF16) {
        weigh_tiles(KIND_BF16, height, run, first, slot, tokens, values, valueStride);
    } else {
        weigh_tiles(KIND_F32, height, run, first, slot, tokens, values, valueStride);
    }
}

#endif
