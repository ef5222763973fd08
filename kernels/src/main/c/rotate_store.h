/*
 * rotateAndStore: normalises (if the model does) and rotates queries and keys in place, and scales queries (if the model
 * does); then stores keys and values of the exact rows in the cache
 *
 *   name       shape                                        dtype  meaning
 *   qkv        [all rows, numHeads + 2 numKvHeads, headDim]  f32   rows [row, row + rows) are changed
 *   queryGain  [headDim]                                    f32    null without head norms
 *   keyGain    [headDim]                                    f32    null without head norms
 *   cosines    [positions, headDim / 2]                     f32
 *   sines      [positions, headDim / 2]                     f32
 *   queryScales [positions]                                 f32    null where queries are not scaled
 *   positions  [all rows]                                   i32
 *   blocks     [exact]                                      i32    the block of each exact row's position
 *   cache      cache.h
 *
 * Numerics  half-split pairs: two products and a sum, each rounded; then a query's scale. Norms as rms_norm.h. bf16 to nearest even.
 * Oracle    RowOperations.rotateAndStore.
 * Cost      a row is read and written once; keys are scattered with the stride of a block.
 */
#include "cache.h"
#include "rms_norm.h"

INLINE void rotate(float* x, const float* cosines, const float* sines, int half) {
    int i = 0;
    for (; i + LANES <= half; i += LANES) {
        vf first = vf_load(x + i), second = vf_load(x + half + i);
        vf cosine = vf_load(cosines + i), sine = vf_load(sines + i);
        vf_store(x + i, first * cosine - second * sine);
        vf_store(x + half + i, second * cosine + first * sine);
    }
    for (; i < half; i++) {
        float first = x[i], second = x[half + i];
        x[i] = first * cosines[i] - second * sines[i];
        x[half + i] = second * cosines[i] + first * sines[i];
    }
}

INLINE void scale_head(float* x, float scale, int headDim) {
    for (int d = 0; d < headDim; d++) {
        x[d] = x[d] * scale;
    }
}

/* to[d * step] = from[d], rounded to the kind */
INLINE void store_head(int kind, void* to, size_t step, const float* from, int headDim) {
    if (kind == KIND_BF16) {
        for (int d = 0; d < headDim; d++) {
            ((uint16_t*)to)[d * step] = bf16_of_float(from[d]);
        }
    } else {
        for (int d = 0; d < headDim; d++) {
            ((float*)to)[d * step] = from[d];
        }
    }
}

INLINE void store_row(const struct Rotation* r, int row) {
    const struct Cache* cache = &r->cache;
    const struct Heads* heads = &r->heads;
    int headDim = heads->headDim;
    size_t slot = (size_t)(r->positions[row] % cache->blockTokens);
    size_t bytes = cache_element_bytes(cache->kind);
    const float* key = r->qkv + (size_t)row * qkv_columns(heads) + heads->numHeads * headDim;
    for (int head = 0; head < heads->numKvHeads; head++, key += headDim) {
        uint8_t* keys = cached_keys(cache, r->blocks[row], heads, head) + slot * bytes;
        uint8_t* values = cached_values(cache, r->blocks[row], heads, head) + slot * headDim * bytes;
        store_head(cache->kind, keys, (size_t)cache_stride(cache->blockTokens), key, headDim);
        store_head(cache->kind, values, 1, key + heads->numKvHeads * headDim, headDim);
    }
}

static void rotateAndStore(const struct Rotation* r) {
    const struct Heads* heads = &r->heads;
    int half = heads->headDim / 2;
    for (int row = r->row; row < r->row + r->rows; row++) {
        float* x = r->qkv + (size_t)row * qkv_columns(heads);
        size_t angle = (size_t)r->positions[row] * half;
        for (int head = 0; head < heads->numHeads + heads->numKvHeads; head++, x += heads->headDim) {
            const float* gain = head < heads->numHeads ? r->queryGain : r->keyGain;
            if (gain) {
                normalise(x, x, gain, r->epsilon, heads->headDim);
            }
            rotate(x, r->cosines + angle, r->sines + angle, half);
            if (r->queryScales && head < heads->numHeads) {
                scale_head(x, r->queryScales[r->positions[row]], heads->headDim);
            }
        }
        if (row < r->exact) {
            store_row(r, row);
        }
    }
}
