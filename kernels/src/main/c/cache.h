/*
 * The KV cache. A block has, for each layer and key/value head, its keys as [headDim, stride] and then its values as
 * [stride, headDim], f32 or bf16; the stride is the token count of a block rounded up to whole key tiles.
 */
#ifndef TIDAR_CACHE_H
#define TIDAR_CACHE_H

#include "vector.h"

INLINE int cache_stride(int blockTokens) { return (blockTokens + KEY_TILE - 1) / KEY_TILE * KEY_TILE; }

INLINE size_t cache_element_bytes(int kind) { return kind == KIND_BF16 ? 2 : 4; }

/* Elements of the keys, or of the values, of one head in a block. */
INLINE size_t head_elements(const struct Cache* cache, int headDim) {
    return (size_t)cache_stride(cache->blockTokens) * headDim;
}

/* The keys of a head in a block; its values follow. */
INLINE uint8_t* cached_keys(const struct Cache* cache, int block, const struct Heads* heads, int kvHead) {
    size_t before = 2 * ((size_t)cache->layer * heads->numKvHeads + kvHead) * head_elements(cache, heads->headDim);
    return cache->blocks + block * cache->blockBytes + before * cache_element_bytes(cache->kind);
}

INLINE uint8_t* cached_values(const struct Cache* cache, int block, const struct Heads* heads, int kvHead) {
    size_t keys = head_elements(cache, heads->headDim) * cache_element_bytes(cache->kind);
    return cached_keys(cache, block, heads, kvHead) + keys;
}

/* Columns of a row of qkv. */
INLINE int qkv_columns(const struct Heads* heads) { return (heads->numHeads + 2 * heads->numKvHeads) * heads->headDim; }

#endif
