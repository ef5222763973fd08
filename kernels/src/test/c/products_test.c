/* Packing, rounding of rows, and products with everything that finishes them. */
#include "check.h"

static const char* KINDS[] = {"f32", "bf16", "int8", "int8 by int8"};

/* What a product is finished with. */
struct Finish {
    int mode, bias, drafting, upKind;
};

enum Content { UNIFORM, EXTREMES, ZEROS, HUGE_ONE, TINY, NOT_A_NUMBER, INFINITE, CONTENTS };

static void fill(float* x, int rows, int inputs, enum Content content, struct Random* random) {
    for (size_t i = 0; i < (size_t)rows * inputs; i++) {
        x[i] = content == EXTREMES ? (i % 2 ? 1.f : -1.f) : content == ZEROS ? 0.f : uniform(random);
        if (content == TINY) {
            x[i] *= 0x1p-140f;
        }
    }
    if (content >= HUGE_ONE && content != TINY) {
        size_t at = (size_t)below(random, rows * inputs);
        x[at] = content == HUGE_ONE ? 3e38f : content == NOT_A_NUMBER ? NAN : -INFINITY;
    }
}

static void* quantized(const float* x, int rows, int inputs) {
    uint8_t* q = guarded((size_t)(rows * kernels->quantizedBytes(inputs)));
    kernels->quantize(q, x, inputs, rows);
    return q;
}

/* Expected sums of the packed matrix with bias and adapter, [rows, outputs]; ranks of two sources. */
static float* expected_product(const float* x, int rows, const struct Matrix* w, const float* bias, int drafting,
                               const float* ranks, const int32_t* sources, const struct Matrix* up,
                               const float* upScales) {
    float* sums = malloc((size_t)rows * w->outputs * 4);
    float* adapters = malloc((size_t)2 * (drafting + 1) * w->outputs * 4);
    expected_sums(sums, x, rows, w);
    for (int source = 0; source < 2; source++) {
        expected_sums(adapters + (size_t)source * drafting * w->outputs, ranks + (size_t)source * drafting * up->inputs,
                      drafting, up);
    }
    for (int r = 0; r < rows; r++) {
        for (int n = 0; n < w->outputs; n++) {
            float* sum = sums + (size_t)r * w->outputs + n;
            if (bias) {
                *sum = *sum + bias[n];
            }
            if (r >= rows - drafting) {
                int row = (sources ? sources[n / 32] : 0) * drafting + r - (rows - drafting);
                float scaled = adapters[(size_t)row * w->outputs + n] * upScales[n];
                *sum = *sum + scaled;
            }
        }
    }
    free(adapters);
    return sums;
}

/* y after a product whose panels are gate and up in turn. */
static void expect_gated(float* y, const float* sums, int rows, int packed, int outputs) {
    for (int r = 0; r < rows; r++) {
        for (int n = 0; n < outputs; n++) {
            const float* pair = sums + (size_t)r * packed + n / 32 * 64 + n % 32;
            y[(size_t)r * outputs + n] = expected_swish_gate(pair[0], pair[32]);
        }
    }
}

/* A product over all panels in runs, each into memory and scratch without slack. */
static void check_product(const float* rowsOfX, int rows, struct Matrix* w, struct Finish finish, int run,
                          struct Random* random) {
    const int gated = finish.mode == MODE_SWIGLU, rank = finish.drafting > 0 ? 5 + below(random, 30) : 0;
    const int panels = panels_of(w->outputs), outputs = gated ? w->outputs / 2 - 3 : w->outputs;
    size_t xBytes = (size_t)rows * w->inputs * 4, yCount = (size_t)rows * outputs;
    struct Matrix up = random_matrix(finish.upKind, w->outputs, rank > 0 ? rank : 1, random);
    pack(&up);
    pack(w);
    float *bias = guarded(panels * 32 * 4), *upScales = guarded(panels * 32 * 4);
    float *ranks = guarded((size_t)2 * finish.drafting * rank * 4), *y = guarded(yCount * 4);
    int32_t* sources = guarded(panels * 4);
    for (int panel = 0; panel < panels; panel++) {
        sources[panel] = below(random, 2);
    }
    float* before = malloc(yCount * 4 + 4);
    for (int n = 0; n < panels * 32; n++) {
        bias[n] = uniform(random);
        upScales[n] = uniform(random);
    }
    for (int i = 0; i < 2 * finish.drafting * rank; i++) {
        ranks[i] = uniform(random);
    }
    for (size_t i = 0; i < yCount; i++) {
        before[i] = y[i] = uniform(random);
    }
    float* x = guarded_copy(rowsOfX, xBytes);
    size_t panelBytes = (size_t)kernels->panelBytes(w->kind, w->inputs);
    struct Product p = {
        .mode = finish.mode,
        .y = y,
        .outputs = outputs,
        .x = w->kind == KIND_INT8_BY_INT8 ? quantized(x, rows, w->inputs) : x,
        .rows = rows,
        .inputs = w->inputs,
        .kind = w->kind,
        .panels = guarded_copy(w->panels, panels * panelBytes),
        .scales = w->scales ? guarded_copy(w->scales, panels * 32 * 4) : NULL,
        .bias = finish.bias ? bias : NULL,
        .drafting = finish.drafting,
        .ranks = ranks,
        .sources = finish.bias ? sources : NULL,
        .rank = rank,
        .upKind = finish.upKind,
        .up = guarded_copy(up.panels, panels * (size_t)kernels->panelBytes(finish.upKind, rank)),
        .upScales = upScales,
    };
    for (p.panel = 0; p.panel < panels; p.panel += run) {
        p.count = run < panels - p.panel ? run : panels - p.panel;
        p.scratch = guarded((size_t)kernels->productScratch(rows, p.count));
        kernels->product(&p);
    }
    float* expected = malloc(yCount * 4 + 4);
    float* sums = expected_product(x, rows, w, p.bias, finish.drafting, ranks, p.sources, &up, upScales);
    for (size_t i = 0; i < yCount && !gated; i++) {
        expected[i] = finish.mode == MODE_ADD ? before[i] + sums[i] : sums[i];
    }
    if (gated) {
        expect_gated(expected, sums, rows, w->outputs, outputs);
    }
    char what[120];
    snprintf(what, sizeof what, "product of %s, %d rows, %d inputs, %d outputs, mode %d, %d drafting, bias %d",
             KINDS[w->kind], rows, w->inputs, outputs, finish.mode, finish.drafting, finish.bias);
    same(y, expected, yCount, what);
    free(expected);
    free(sums);
    free(before);
    free_matrix(&up);
    free_guarded();
}

static void product_of(int kind, int rows, int inputs, int outputs, enum Content content, struct Finish finish, int run,
                       struct Random* random) {
    struct Matrix w = random_matrix(kind, outputs, inputs, random);
    float* x = malloc((size_t)rows * inputs * 4);
    fill(x, rows, inputs, content, random);
    check_product(x, rows, &w, finish, run, random);
    free(x);
    free_matrix(&w);
}

static const struct Finish STORED = {MODE_STORE, 0, 0, KIND_F32};

static void everyHeightOfATileHasTheSameSums(int kind) {
    struct Random random = {17 + (uint64_t)kind};
    for (int rows = 1; rows <= (brief ? 13 : 29); rows++) {
        product_of(kind, rows, rows % 2 ? 65 : 130, 40, UNIFORM, STORED, 1 + rows % 2, &random);
    }
    const int many[] = {48, 49, 72, 96, 512};
    for (int i = 0; i < (brief ? 2 : 5); i++) {
        product_of(kind, many[i], 36, 33, UNIFORM, STORED, 2, &random);
    }
}

static void everyNumberOfInputsAndOutputsIsServed(int kind) {
    struct Random random = {23 + (uint64_t)kind};
    const int inputs[] = {1, 4, 8, 36, 63, 64, 65, 127, 128, 193, 576, 1536};
    for (int i = 0; i < (brief ? 10 : 12); i++) {
        product_of(kind, 3, inputs[i], 32, UNIFORM, STORED, 1, &random);
        product_of(kind, brief ? 7 : 14, inputs[i], 1 + below(&random, 70), UNIFORM, STORED, 2, &random);
    }
    const int outputs[] = {1, 31, 32, 33, 63, 64, 65, 127, 129};
    for (int i = 0; i < 9; i++) {
        product_of(kind, 1, 64, outputs[i], UNIFORM, STORED, 3, &random);
    }
}

static void oddValuesAreRoundedAsDefined(int kind) {
    struct Random random = {31 + (uint64_t)kind};
    for (enum Content content = UNIFORM; content < CONTENTS; content++) {
        product_of(kind, 1, 200, 33, content, STORED, 1, &random);
        product_of(kind, 7, 200, 33, content, STORED, 1, &random);
        product_of(kind, brief ? 9 : 20, 1536, 2, content, STORED, 1, &random);
    }
}

static void productsAreFinishedInOrder(int kind) {
    struct Random random = {41 + (uint64_t)kind};
    for (int mode = MODE_STORE; mode <= MODE_SWIGLU; mode++) {
        for (int rows = 1; rows <= 61; rows += brief ? 26 : 6) {
            int drafting = below(&random, rows + 1), upKind = rows % 4 < 2 ? KIND_F32 : KIND_BF16;
            struct Finish finish = {mode, rows % 3 != 0, drafting, upKind};
            product_of(kind, rows, brief ? 66 : 100, 64, UNIFORM, finish, 2, &random);
            if (!brief) {
                product_of(kind, rows, 100, 192, UNIFORM, finish, 4, &random);
            }
        }
    }
}

/* One input, so that the gates are products of x and a weight: thousands of them, from where exp(-gate) is 0 to beyond. */
static void theGateIsExactOverAllExponents(uint64_t seed) {
    enum { ROWS = 300, OUTPUTS = 32 };
    struct Random random = {seed};
    struct Matrix w = random_matrix(KIND_F32, 2 * OUTPUTS, 1, &random);
    pack(&w);
    const float special[] = {0.f, -0.f, INFINITY, -INFINITY, NAN, 1e-40f, 104.f, -104.f, 89.f, -89.f};
    float* x = guarded(ROWS * 4);
    float* y = guarded(ROWS * OUTPUTS * 4);
    float expected[ROWS * OUTPUTS];
    for (int r = 0; r < ROWS; r++) {
        x[r] = r < 10 ? special[r] : 110.f * uniform(&random) * uniform(&random);
        for (int n = 0; n < OUTPUTS; n++) {
            float gate = fmaf(x[r], w.weights[n], 0.f), up = fmaf(x[r], w.weights[OUTPUTS + n], 0.f);
            expected[r * OUTPUTS + n] = expected_swish_gate(gate, up);
        }
    }
    struct Product p = {
        .mode = MODE_SWIGLU,
        .y = y,
        .outputs = OUTPUTS,
        .x = x,
        .rows = ROWS,
        .inputs = 1,
        .kind = KIND_F32,
        .panels = w.panels,
        .count = 2,
        .scratch = guarded((size_t)kernels->productScratch(ROWS, 2)),
    };
    kernels->product(&p);
    same(y, expected, ROWS * OUTPUTS, "silu(gate) * up");
    free_matrix(&w);
    free_guarded();
}

static void aPackedRowIsReadBack(int kind) {
    struct Random random = {53 + (uint64_t)kind};
    struct Matrix w = random_matrix(kind, 67, 133, &random);
    pack(&w);
    uint8_t* panels = guarded_copy(w.panels, 3 * (size_t)kernels->panelBytes(kind, 133));
    float *y = guarded(133 * 4), expected[133];
    for (int row = 0; row < 67; row++) {
        float factor = row % 2 ? 1.f : 12.5f;
        kernels->readRow(y, kind, panels, w.scales, 133, row, factor);
        for (int k = 0; k < 133; k++) {
            float element = w.weights[row * 133 + k] * (w.scales ? w.scales[row] : 1.f);
            expected[k] = element * factor;
        }
        same(y, expected, 133, "readRow");
    }
    free_matrix(&w);
    free_guarded();
}

void test_products(void) {
    for (uint64_t seed = 0; seed < (brief ? 2 : 40); seed++) {
        theGateIsExactOverAllExponents(seed);
    }
    for (int kind = KIND_F32; kind <= KIND_INT8_BY_INT8; kind++) {
        everyHeightOfATileHasTheSameSums(kind);
        everyNumberOfInputsAndOutputsIsServed(kind);
        oddValuesAreRoundedAsDefined(kind);
        productsAreFinishedInOrder(kind);
        aPackedRowIsReadBack(kind);
    }
}
