/* Operations that treat each row by itself. */
#include "check.h"

static void random_floats(float* to, int count, struct Random* random) {
    for (int i = 0; i < count; i++) {
        to[i] = uniform(random);
    }
}

static void normsDivideByTheRootMeanSquare(void) {
    struct Random random = {61};
    const int columns[] = {1, 7, 16, 17, 40, 64, 576, 577};
    for (int i = 0; i < 8; i++) {
        int n = columns[i];
        float *x = guarded(3 * n * 4), *y = guarded(3 * n * 4), *gain = guarded(n * 4), *expected = malloc(3 * n * 4);
        random_floats(x, 3 * n, &random);
        random_floats(gain, n, &random);
        x[0] = 1e-30f;
        for (int r = 0; r < 3; r++) {
            expected_rms_norm(expected + r * n, x + r * n, gain, 1e-5f, n);
        }
        kernels->rmsNorm(y, x, gain, 1e-5f, n, 3);
        same(y, expected, 3 * n, "rmsNorm");
        kernels->rmsNorm(x, x, gain, 1e-5f, n, 3);
        same(x, expected, 3 * n, "rmsNorm in place");
        free(expected);
        free_guarded();
    }
}

struct Shape {
    int heads, kvHeads, headDim, blockTokens, kvKind, norms, scales;
};

static void expect_rotation(float* x, const float* gain, const float* cosines, const float* sines, int headDim) {
    int half = headDim / 2;
    if (gain) {
        expected_rms_norm(x, x, gain, 1e-6f, headDim);
    }
    for (int i = 0; i < half; i++) {
        float first = x[i], second = x[half + i];
        float a = first * cosines[i], b = second * sines[i], c = second * cosines[i], d = first * sines[i];
        x[i] = a - b;
        x[half + i] = c + d;
    }
}

/* The element of a cache that holds element d of the key or value of a token. */
static size_t cached_at(struct Shape s, int layer, int head, int value, int slot, int d) {
    size_t stride = (size_t)(s.blockTokens + 15) / 16 * 16;
    size_t at = ((size_t)(layer * s.kvHeads + head) * 2 + value) * s.headDim * stride;
    return at + (value ? slot * (size_t)s.headDim + d : d * stride + slot);
}

static void rotationKeepsRowsApartAndStoresTheExactOnes(struct Shape s) {
    struct Random random = {67};
    enum { ROWS = 5, EXACT = 3, LAYERS = 2, BLOCKS = 3, POSITIONS = 40 };
    int columns = (s.heads + 2 * s.kvHeads) * s.headDim, half = s.headDim / 2;
    size_t stride = (size_t)(s.blockTokens + 15) / 16 * 16, elements = 2ul * LAYERS * s.kvHeads * s.headDim * stride;
    size_t size = s.kvKind == KIND_BF16 ? 2 : 4;
    float *qkv = guarded(ROWS * columns * 4), *expected = malloc(ROWS * columns * 4);
    float *cosines = guarded(POSITIONS * half * 4), *sines = guarded(POSITIONS * half * 4);
    float *queryGain = guarded(s.headDim * 4), *keyGain = guarded(s.headDim * 4);
    float* queryScales = guarded(POSITIONS * 4);
    uint8_t *kv = guarded(BLOCKS * elements * size), *stored = malloc(BLOCKS * elements * size);
    random_floats(qkv, ROWS * columns, &random);
    random_floats(cosines, POSITIONS * half, &random);
    random_floats(sines, POSITIONS * half, &random);
    random_floats(queryGain, s.headDim, &random);
    random_floats(keyGain, s.headDim, &random);
    random_floats(queryScales, POSITIONS, &random);
    memcpy(expected, qkv, ROWS * columns * 4);
    memset(stored, 0xff, BLOCKS * elements * size);
    int32_t* positions = guarded_copy((int32_t[ROWS]){17, 3, 39, 0, 21}, ROWS * 4);
    int32_t* blocks = guarded_copy((int32_t[EXACT]){2, 0, 2}, EXACT * 4);
    for (int r = 1; r < ROWS; r++) {
        float* row = expected + r * columns;
        for (int h = 0; h < s.heads + s.kvHeads; h++) {
            const float* gain = !s.norms ? NULL : h < s.heads ? queryGain : keyGain;
            expect_rotation(row + h * s.headDim, gain, cosines + positions[r] * half, sines + positions[r] * half,
                            s.headDim);
            for (int d = 0; s.scales && h < s.heads && d < s.headDim; d++) {
                row[h * s.headDim + d] = row[h * s.headDim + d] * queryScales[positions[r]];
            }
        }
        for (int i = 0; r < EXACT && i < 2 * s.kvHeads * s.headDim; i++) {
            int head = i / s.headDim, value = head >= s.kvHeads;
            size_t at = cached_at(s, 1, head % s.kvHeads, value, positions[r] % s.blockTokens, i % s.headDim);
            float element = row[s.heads * s.headDim + i];
            uint16_t bits = bf16_bits(element);
            uint8_t* to = stored + (blocks[r] * elements + at) * size;
            memcpy(to, s.kvKind == KIND_BF16 ? (void*)&bits : (void*)&element, size);
        }
    }
    struct Rotation rotation = {
        .qkv = qkv,
        .row = 1,
        .rows = ROWS - 1,
        .exact = EXACT,
        .heads = {s.heads, s.kvHeads, s.headDim},
        .queryGain = s.norms ? queryGain : NULL,
        .keyGain = s.norms ? keyGain : NULL,
        .epsilon = 1e-6f,
        .cosines = cosines,
        .sines = sines,
        .queryScales = s.scales ? queryScales : NULL,
        .positions = positions,
        .blocks = blocks,
        .cache = {kv, s.kvKind, s.blockTokens, (int64_t)(elements * size), 1},
    };
    kernels->rotateAndStore(&rotation);
    same(qkv, expected, ROWS * columns, "rotateAndStore");
    holds(memcmp(kv, stored, BLOCKS * elements * size) == 0, "rotateAndStore: the cache holds something else");
    free(expected);
    free(stored);
    free_guarded();
}

static void copiesCopyAndMixesMix(void) {
    struct Random random = {71};
    float *x = guarded(4 * 37 * 4), *y = guarded(3 * 37 * 4), expected[37];
    random_floats(x, 4 * 37, &random);
    random_floats(y, 3 * 37, &random);
    copy_memory(y, x + 37, 3 * 37 * 4);
    same(y, x + 37, 3 * 37, "copy");
    for (int i = 0; i < 37; i++) {
        float other = (1 - 0.3f) * x[i];
        expected[i] = fmaf(0.3f, y[i], other);
    }
    kernels->mix(y, x, 37, 0.3f);
    same(y, expected, 37, "mix");
    free_guarded();
}

static void theBestScoreIsTheFirstOfTheHighest(void) {
    struct Random random = {73};
    const int counts[] = {1, 2, 15, 16, 17, 64, 1000};
    for (int i = 0; i < 7; i++) {
        int n = counts[i];
        float* scores = guarded(n * 4);
        random_floats(scores, n, &random);
        for (int at = 0; at < n; at += 1 + n / 9) {
            scores[at] = 2;
            scores[n - 1] = 2; /* a tie with the last */
            holds(kernels->best(scores, n) == at, "best: position");
            scores[n - 1] = at == n - 1 ? 2 : 0;
            float numbers[] = {__builtin_nanf(""), __builtin_inff()};
            for (int bad = 0; bad < 2; bad++) {
                scores[at] = numbers[bad];
                holds(kernels->best(scores, n) == -1, "best: not a number, or infinite");
            }
            scores[at] = -__builtin_inff();
        }
        for (int at = 0; at < n; at++) {
            scores[at] = -__builtin_inff();
        }
        holds(kernels->best(scores, n) == -1, "best: none is finite");
        free_guarded();
    }
}

static void memoryComesZeroedAndInPages(void) {
    const int64_t bytes = 3 * 1024 * 1024 + 5;
    char* memory = reserve_memory(bytes);
    holds(memory && (uintptr_t)memory % (1 << 21) == 0, "reserve: not aligned to a large page");
    int zero = 1;
    for (int64_t i = 0; i < bytes; i += 509) {
        zero &= memory[i] == 0;
    }
    holds(zero, "reserve: not zeroed");
    prefer_large_pages(memory, bytes);
    memory[bytes - 1] = 1;
    release_memory(memory, bytes);
    holds(reserve_memory((int64_t)1 << 60) == NULL, "reserve: more than the system has");
}

void test_rows(void) {
    memoryComesZeroedAndInPages();
    normsDivideByTheRootMeanSquare();
    for (int norms = 0; norms < 2; norms++) {
        for (int kind = KIND_F32; kind <= KIND_BF16; kind++) {
            rotationKeepsRowsApartAndStoresTheExactOnes((struct Shape){3, 1, 6, 16, kind, norms, !norms});
            rotationKeepsRowsApartAndStoresTheExactOnes((struct Shape){4, 2, 64, 20, kind, norms, norms});
            rotationKeepsRowsApartAndStoresTheExactOnes((struct Shape){2, 2, 40, 4, kind, norms, 0});
        }
    }
    copiesCopyAndMixesMix();
    theBestScoreIsTheFirstOfTheHighest();
}
