/* Attention by visibility. */
#include "check.h"

/* A sequence with cached keys and, if there is a group, fresh ones. */
struct Case {
    int heads, kvHeads, headDim, blockTokens, kvKind;
    int rows;      /* of the run */
    int groupRows; /* 0: exact rows, whose visible counts ascend */
    int visible;   /* of the run's last row */
    int window;    /* 0: none */
};

enum { LAYERS = 2, LAYER = 1, FIRST = 1 };

static float element(const struct Attention* a, int block, int value, int token, int d) {
    int headDim = a->heads.headDim;
    size_t stride = (size_t)(a->cache.blockTokens + 15) / 16 * 16;
    size_t at = ((size_t)(a->cache.layer * a->heads.numKvHeads + a->kvHead) * 2 + value) * headDim * stride;
    at += value ? token * (size_t)headDim + d : d * stride + token;
    const uint8_t* from = a->cache.blocks + block * a->cache.blockBytes;
    float f32;
    uint16_t bf16;
    if (a->cache.kind == KIND_BF16) {
        memcpy(&bf16, from + 2 * at, 2);
        return bf16_value(bf16);
    }
    memcpy(&f32, from + 4 * at, 4);
    return f32;
}

static int first_of(const struct Attention* a, int row) {
    int first = a->positions[row] + 1 - a->window;
    return first < 0 ? 0 : first;
}

/* Element d of key or value i of a row: cached ones first, then the group's. */
static float key_or_value(const struct Attention* a, int row, int i, int value, int d) {
    int visible = a->visible[row];
    if (i < visible) {
        int tokens = a->cache.blockTokens;
        return element(a, a->blockTable[i / tokens], value, i % tokens, d);
    }
    int head = a->heads.numHeads + a->kvHead + (value ? a->heads.numKvHeads : 0);
    int columns = (a->heads.numHeads + 2 * a->heads.numKvHeads) * a->heads.headDim;
    return a->qkv[(size_t)(a->groupFirst + i - visible) * columns + head * a->heads.headDim + d];
}

/* The slot of a key: blocks and the group start at multiples of 16. */
static int slot_of(const struct Attention* a, int row, int i) {
    int visible = a->visible[row], tokens = a->cache.blockTokens, stride = (tokens + 15) / 16 * 16;
    return i < visible ? i / tokens * stride + i % tokens : i - visible;
}

static void expect_head(float* out, const struct Attention* a, int row, int head) {
    int headDim = a->heads.headDim, keys = a->visible[row] + a->groupRows;
    int columns = (a->heads.numHeads + 2 * a->heads.numKvHeads) * headDim;
    const float* query = a->qkv + (size_t)row * columns + head * headDim;
    float *weights = malloc((size_t)(keys + 1) * 4), largest = -INFINITY, sums[16] = {0};
    float scale = (float)(1 / sqrt((double)headDim));
    int first = first_of(a, row) < a->visible[row] ? first_of(a, row) : a->visible[row];
    for (int i = first; i < keys; i++) {
        float sum = 0.f;
        for (int d = 0; d < headDim; d++) {
            sum = fmaf(query[d], key_or_value(a, row, i, 0, d), sum);
        }
        weights[i] = sum * scale;
        largest = weights[i] > largest ? weights[i] : largest;
    }
    for (int i = first; i < keys; i++) {
        weights[i] = expected_exp(weights[i] - largest);
        float* sum = sums + slot_of(a, row, i) % 16;
        *sum = *sum + weights[i];
    }
    for (int half = 8; half > 0; half /= 2) {
        for (int t = 0; t < half; t++) {
            sums[t] = sums[t] + sums[t + half];
        }
    }
    float inverse = 1 / sums[0];
    for (int d = 0; d < headDim; d++) {
        float sum = 0.f;
        for (int i = first; i < keys; i++) {
            sum = fmaf(weights[i], key_or_value(a, row, i, 1, d), sum);
        }
        out[d] = sum * inverse;
    }
    free(weights);
}

/* A cache whose unused slots hold NaN. */
static void fill_cache(const struct Attention* a, size_t elements, struct Random* random) {
    int tokens = a->cache.blockTokens, visible = a->visible[a->row + a->rows - 1], headDim = a->heads.headDim;
    size_t stride = (size_t)(tokens + 15) / 16 * 16, size = a->cache.kind == KIND_BF16 ? 2 : 4;
    for (int i = 0; i < visible; i++) {
        for (int e = 0; e < 2 * headDim; e++) {
            int d = e % headDim, value = e / headDim;
            size_t at = ((size_t)(LAYER * a->heads.numKvHeads + a->kvHead) * 2 + value) * headDim * stride;
            at += value ? (i % tokens) * (size_t)headDim + d : d * stride + i % tokens;
            float f32 = 2 * uniform(random);
            uint16_t bf16 = bf16_bits(f32);
            uint8_t* to = a->cache.blocks + (a->blockTable[i / tokens] * elements + at) * size;
            memcpy(to, size == 2 ? (void*)&bf16 : (void*)&f32, size);
        }
    }
}

static void check_case(struct Case c, int kvHead, struct Random* random) {
    int columns = (c.heads + 2 * c.kvHeads) * c.headDim, total = FIRST + (c.groupRows > 0 ? c.groupRows : c.rows);
    int blocks = (c.visible + c.blockTokens - 1) / c.blockTokens, sharing = c.heads / c.kvHeads;
    size_t stride = (size_t)(c.blockTokens + 15) / 16 * 16, size = c.kvKind == KIND_BF16 ? 2 : 4;
    size_t elements = 2ul * LAYERS * c.kvHeads * c.headDim * stride;
    float* qkv = guarded((size_t)total * columns * 4);
    size_t outBytes = (size_t)total * c.heads * c.headDim * 4;
    float *out = guarded(outBytes), *expected = malloc(outBytes);
    int32_t *visible = guarded(total * 4), *positions = guarded(total * 4), *table = guarded(blocks * 4);
    for (int i = 0; i < total * columns; i++) {
        qkv[i] = 2 * uniform(random);
    }
    for (int row = 0; row < total; row++) {
        int before = FIRST + c.rows - 1 - row;
        visible[row] = c.groupRows > 0 || before < 0 ? c.visible : c.visible - before;
        positions[row] = c.groupRows > 0 ? c.visible + row - FIRST : visible[row] - 1;
    }
    for (int b = 0; b < blocks; b++) {
        table[b] = blocks - 1 - b;
    }
    struct Attention a = {
        .out = out,
        .qkv = qkv,
        .row = FIRST,
        .rows = c.rows,
        .kvHead = kvHead,
        .heads = {c.heads, c.kvHeads, c.headDim},
        .positions = positions,
        .window = c.window > 0 ? c.window : INT32_MAX,
        .visible = visible,
        .groupFirst = c.groupRows > 0 ? FIRST : 0,
        .groupRows = c.groupRows,
        .blockTable = table,
        .cache = {guarded(blocks * elements * size), c.kvKind, c.blockTokens, (int64_t)(elements * size), LAYER},
        .scratch =
            guarded((size_t)kernels->attentionScratch(c.rows * sharing, c.headDim, blocks, c.blockTokens, c.groupRows)),
    };
    fill_cache(&a, elements, random);
    memcpy(expected, out, outBytes);
    for (int r = 0; r < c.rows * sharing; r++) {
        int row = FIRST + r / sharing, head = kvHead * sharing + r % sharing;
        expect_head(expected + ((size_t)row * c.heads + head) * c.headDim, &a, row, head);
    }
    kernels->attend(&a);
    char what[140];
    snprintf(what, sizeof what,
             "attend, %d rows, %d of %d heads, head dim %d, %d visible in blocks of %d, group %d, window %d, kv %d",
             c.rows, c.heads, c.kvHeads, c.headDim, c.visible, c.blockTokens, c.groupRows, c.window, c.kvKind);
    same(out, expected, outBytes / 4, what);
    free(expected);
    free_guarded();
}

static void aRowSeesItsOwnKeysInOrder(int kvKind) {
    struct Random random = {83 + (uint64_t)kvKind};
    for (int rows = 1; rows <= 7; rows++) {
        check_case((struct Case){3, 1, 64, 16, kvKind, rows, 0, rows + below(&random, 60), 0}, 0, &random);
        check_case((struct Case){4, 2, 40, 20, kvKind, rows, 0, rows, 0}, 1, &random);
        check_case((struct Case){2, 2, 6, 4, kvKind, rows, 0, rows + below(&random, 9), 0}, 1, &random);
    }
    check_case((struct Case){9, 3, 64, 32, kvKind, 4, 0, brief ? 50 : 700, 0}, 2, &random);
    check_case((struct Case){8, 1, 128, 16, kvKind, 4, 0, 33, 0}, 0, &random);
}

static void aGroupSeesItselfInBothDirections(int kvKind) {
    struct Random random = {89 + (uint64_t)kvKind};
    for (int group = 1; group <= 33; group += group < 5 ? 1 : 14) {
        for (int rows = 1; rows <= group && rows <= 4; rows++) {
            check_case((struct Case){3, 1, 64, 16, kvKind, rows, group, below(&random, 40), 0}, 0, &random);
            check_case((struct Case){4, 2, 18, 20, kvKind, rows, group, 25, 0}, 1, &random);
        }
    }
}

static void aWindowHidesTheKeysBeforeIt(int kvKind) {
    struct Random random = {101 + (uint64_t)kvKind};
    for (int window = 1; window <= 70; window += window < 4 ? 1 : 13) {
        for (int rows = 1; rows <= 4; rows++) {
            check_case((struct Case){3, 1, 64, 16, kvKind, rows, 0, rows + below(&random, 90), window}, 0, &random);
            check_case((struct Case){4, 2, 40, 20, kvKind, rows, 0, rows + 60, window}, 1, &random);
            check_case((struct Case){3, 1, 18, 4, kvKind, rows, 4, below(&random, 80), window}, 0, &random);
        }
    }
}

/* One query of one element sees a key with score 0 and others far below, of which one has a value, and that a large one. */
static void aTinyWeightIsRoundedAsDefined(void) {
    struct Random random = {97};
    enum { TOKENS = 16 };
    for (int i = 0; i < (brief ? 30 : 600); i++) {
        float* qkv = guarded_copy((float[3]){1.f, 0.f, 0.f}, 12);
        float *out = guarded(4), *kv = guarded(2 * TOKENS * 4);
        for (int t = 0; t < TOKENS; t++) {
            kv[t] = t == 0 ? 0.f : -80.f - 13.f * (1 + uniform(&random));
            kv[TOKENS + t] = 0.f;
        }
        kv[TOKENS + 1 + below(&random, TOKENS - 1)] = 0x1p120f;
        struct Attention a = {
            .out = out,
            .qkv = qkv,
            .rows = 1,
            .heads = {1, 1, 1},
            .positions = guarded_copy((int32_t[1]){TOKENS - 1}, 4),
            .window = INT32_MAX,
            .visible = guarded_copy((int32_t[1]){TOKENS}, 4),
            .blockTable = guarded_copy((int32_t[1]){0}, 4),
            .cache = {(uint8_t*)kv, KIND_F32, TOKENS, 2 * TOKENS * 4, 0},
            .scratch = guarded((size_t)kernels->attentionScratch(1, 1, 1, TOKENS, 0)),
        };
        float expected;
        expect_head(&expected, &a, 0, 0);
        kernels->attend(&a);
        same(out, &expected, 1, "attend, a tiny weight");
        free_guarded();
    }
}

void test_attention(void) {
    aTinyWeightIsRoundedAsDefined();
    for (int kind = KIND_F32; kind <= KIND_BF16; kind++) {
        aRowSeesItsOwnKeysInOrder(kind);
        aGroupSeesItselfInBothDirections(kind);
        aWindowHidesTheKeysBeforeIt(kind);
    }
}
