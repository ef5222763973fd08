/*
 * attend:  out[r, h] = softmax(q[r, h] . keys^T / sqrt(headDim)) . values for the query heads of one key/value head
 *
 *   name        shape                                        dtype  meaning
 *   out         [all rows, numHeads, headDim]                f32    rows [row, row + rows) of these heads
 *   qkv         [all rows, numHeads + 2 numKvHeads, headDim]  f32   rotated
 *   positions   [all rows]                                   i32    of the rows' tokens
 *   window                                                          a row at position p sees no cached key before
 *                                                                   p + 1 - window
 *   visible     [all rows]                                   i32    cached keys that a row sees, but for these
 *   groupFirst, groupRows                                           rows that the run sees besides; 0 rows: none
 *   blockTable  [blocks]                                     i32    blocks of the run's sequence
 *   cache       cache.h
 *   scratch     attentionScratch                             bytes  of this thread
 *
 * Numerics  a score is a chain over the elements, then * 1 / sqrt(headDim). Weights are exp(score - largest); sixteen
 *           interleaved chains of them, added as a tree of halves. Outputs are chains over the cached keys in order, then
 *           the group's, then * 1 / sum. Tiles of keys start at absolute positions, and a key that a row does not see
 *           has weight 0, so the bits of a row depend on its own visible keys and group only.
 * Oracle    Attention.
 * Cost      keys and values are read once for each six queries, from the block of the run's first key on; bf16 is
 *           widened on the way.
 */
#include "attention_tiles.h"
#include "exponential.h"
#include "rms_norm.h"

static int64_t attentionScratch(int queries, int headDim, int blocks, int blockTokens, int fresh) {
    int64_t slots = (int64_t)blocks * cache_stride(blockTokens) + cache_stride(fresh);
    return 4 * (queries * (slots + 2 * headDim + 1) + headDim * KEY_TILE);
}

/* The first cached key that a row sees. */
INLINE int first_seen(const struct Attention* a, int row) { return greatest(0, a->positions[row] + 1 - a->window); }

/* The tokens of a block up to the last that a query's row sees. */
INLINE int seen(const struct Run* run, int query, int block) {
    const struct Attention* a = run->a;
    int visible = a->visible[a->row + query / run->sharing];
    return greatest(0, least(a->cache.blockTokens, visible - block * a->cache.blockTokens));
}

static const float* fresh_key(const struct Attention* a, int row) {
    return a->qkv + (size_t)row * qkv_columns(&a->heads) + (a->heads.numHeads + a->kvHead) * a->heads.headDim;
}

static void begin(struct Run* run, const struct Attention* a) {
    const struct Heads* heads = &a->heads;
    int visible = 0, first = first_seen(a, a->row);
    for (int row = a->row; row < a->row + a->rows; row++) {
        visible = greatest(visible, a->visible[row]);
        first = least(first, first_seen(a, row));
    }
    run->a = a;
    run->sharing = heads->numHeads / heads->numKvHeads;
    run->queries = a->rows * run->sharing;
    run->headDim = heads->headDim;
    run->stride = cache_stride(a->cache.blockTokens);
    run->blocks = (visible + a->cache.blockTokens - 1) / a->cache.blockTokens;
    run->from = least(first / a->cache.blockTokens, run->blocks);
    run->fresh = (run->blocks - run->from) * run->stride;
    run->slots = run->fresh + cache_stride(a->groupRows);
    run->scale = (float)(1 / __builtin_sqrt((double)run->headDim));
    run->weights = (float*)a->scratch;
    run->query = run->weights + (size_t)run->queries * run->slots;
    run->out = run->query + (size_t)run->queries * run->headDim;
    run->sums = run->out + (size_t)run->queries * run->headDim;
    run->keys = run->sums + run->queries;
    int columns = run->sharing * run->headDim;
    for (int r = 0; r < a->rows; r++) {
        const float* query = a->qkv + (size_t)(a->row + r) * qkv_columns(heads) + (size_t)a->kvHead * columns;
        copy_floats(run->query + (size_t)r * columns, query, columns);
    }
    for (int i = 0; i < run->queries * run->headDim; i++) {
        run->out[i] = 0.f;
    }
}

/* Scores of all queries with one tile of keys. */
static void score_all(const struct Run* run, int kind, int slot, const uint8_t* keys, size_t keyStride) {
    int tiles = (run->queries + QUERY_TILE - 1) / QUERY_TILE;
    for (int t = 0; t < tiles; t++) {
        int first = run->queries * t / tiles, height = run->queries * (t + 1) / tiles - first;
        score(kind, height, run, first, slot, keys, keyStride);
    }
}

/* Where the weights of a block begin. */
INLINE int slot_of_block(const struct Run* run, int block) { return (block - run->from) * run->stride; }

static void score_cached(const struct Run* run) {
    const struct Attention* a = run->a;
    for (int b = run->from; b < run->blocks; b++) {
        const uint8_t* keys = cached_keys(&a->cache, a->blockTable[b], &a->heads, a->kvHead);
        for (int t = 0; t < run->stride; t += KEY_TILE) {
            const uint8_t* tile = keys + t * cache_element_bytes(a->cache.kind);
            score_all(run, a->cache.kind, slot_of_block(run, b) + t, tile, (size_t)run->stride);
        }
    }
}

static void score_fresh(const struct Run* run) {
    const struct Attention* a = run->a;
    for (int t = 0; t < a->groupRows; t += KEY_TILE) {
        for (int i = 0; i < KEY_TILE; i++) {
            const float* key = fresh_key(a, a->groupFirst + least(t + i, a->groupRows - 1));
            for (int d = 0; d < run->headDim; d++) {
                run->keys[d * KEY_TILE + i] = key[d];
            }
        }
        score_all(run, KIND_F32, run->fresh + t, (const uint8_t*)run->keys, KEY_TILE);
    }
}

static void hide(float* weights, int from, int to) {
    for (int i = from; i < to; i++) {
        weights[i] = -__builtin_inff();
    }
}

/* Hides the slots that a query's row does not see, and returns how many slots its softmax covers. */
static int hide_unseen(const struct Run* run, int query) {
    const struct Attention* a = run->a;
    float* weights = run->weights + (size_t)query * run->slots;
    int row = a->row + query / run->sharing, tokens = a->cache.blockTokens, first = first_seen(a, row);
    int own = greatest(run->from, (a->visible[row] + tokens - 1) / tokens);
    for (int b = run->from; b < own; b++) {
        int slot = slot_of_block(run, b);
        hide(weights, slot, slot + greatest(0, least(run->stride, first - b * tokens)));
        hide(weights, slot + seen(run, query, b), slot + run->stride);
    }
    if (a->groupRows == 0) {
        return slot_of_block(run, own);
    }
    hide(weights, run->fresh + a->groupRows, run->slots);
    return run->slots;
}

/* Turns scores into weights, and returns their sum. */
static float softmax(float* scores, int slots) {
    vf largest = vf_all(-__builtin_inff());
    for (int i = 0; i < slots; i += LANES) {
        largest = vf_max(vf_load(scores + i), largest);
    }
    float lanes[16];
    vf_store(lanes, largest);
    float best = lanes[0];
    for (int t = 1; t < LANES; t++) {
        best = lanes[t] > best ? lanes[t] : best;
    }
    vf sums[KEY_TILE / LANES];
    UNROLL for (int v = 0; v < KEY_TILE / LANES; v++) { sums[v] = vf_all(0.f); }
    for (int i = 0; i < slots; i += KEY_TILE) {
        UNROLL for (int v = 0; v < KEY_TILE / LANES; v++) {
            vf weight = exponential(vf_load(scores + i + v * LANES) - vf_all(best));
            vf_store(scores + i + v * LANES, weight);
            sums[v] = sums[v] + weight;
        }
    }
    UNROLL for (int v = 0; v < KEY_TILE / LANES; v++) { vf_store(lanes + v * LANES, sums[v]); }
    return tree_sum(lanes);
}

/*
 * Slots that a row does not see may have any content, so a tile of queries goes together as far as all of them see, and
 * each goes on by itself.
 */
static void weigh_block(const struct Run* run, int block, int first, int height) {
    const struct Attention* a = run->a;
    const uint8_t* values = cached_values(&a->cache, a->blockTable[block], &a->heads, a->kvHead);
    int slot = slot_of_block(run, block), common = seen(run, first, block);
    for (int q = first; q < first + height; q++) {
        common = least(common, seen(run, q, block));
    }
    weigh(a->cache.kind, height, run, first, slot, common, values, (size_t)run->headDim);
    const uint8_t* rest = values + (size_t)common * run->headDim * cache_element_bytes(a->cache.kind);
    for (int q = first; q < first + height; q++) {
        int more = seen(run, q, block) - common;
        if (more > 0) {
            weigh(a->cache.kind, 1, run, q, slot + common, more, rest, (size_t)run->headDim);
        }
    }
}

static void weigh_all(const struct Run* run) {
    const struct Attention* a = run->a;
    int tiles = (run->queries + QUERY_TILE - 1) / QUERY_TILE;
    for (int t = 0; t < tiles; t++) {
        int first = run->queries * t / tiles, height = run->queries * (t + 1) / tiles - first;
        for (int b = run->from; b < run->blocks; b++) {
            weigh_block(run, b, first, height);
        }
        if (a->groupRows > 0) {
            const float* values = fresh_key(a, a->groupFirst) + a->heads.numKvHeads * run->headDim;
            weigh(KIND_F32, height, run, first, run->fresh, a->groupRows, (const uint8_t*)values,
                  (size_t)qkv_columns(&a->heads));
        }
    }
}

static void attend(const struct Attention* a) {
    struct Run run;
    begin(&run, a);
    score_cached(&run);
    score_fresh(&run);
    for (int q = 0; q < run.queries; q++) {
        run.sums[q] = softmax(run.weights + (size_t)q * run.slots, hide_unseen(&run, q));
    }
    weigh_all(&run);
    for (int q = 0; q < run.queries; q++) {
        float inverse = 1 / run.sums[q];
        size_t row = (size_t)(a->row + q / run.sharing);
        size_t head = (size_t)(a->kvHead * run.sharing + q % run.sharing);
        float* to = a->out + (row * a->heads.numHeads + head) * run.headDim;
        for (int d = 0; d < run.headDim; d++) {
            to[d] = run.out[(size_t)q * run.headDim + d] * inverse;
        }
    }
}
