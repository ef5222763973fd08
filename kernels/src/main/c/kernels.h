/*
 * What a level of the native kernels offers: one table of functions for each level, all with the same results, bit for
 * bit. Shapes, numerics and cost stand in the header of the file that has the operation; the addresses come from
 * NativeKernels.java and are not checked.
 */
#ifndef TIDAR_KERNELS_H
#define TIDAR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum { KIND_F32, KIND_BF16, KIND_INT8, KIND_INT8_BY_INT8 };
enum { MODE_STORE, MODE_ADD, MODE_SWIGLU };

enum {
    LEVEL_PLAIN = 0,
    LEVEL_AVX2 = 1,
    LEVEL_AVX_VNNI = 2,
    LEVEL_AVX512_VNNI = 3,
    LEVEL_PLAIN_ARM = 16,
    LEVEL_DOTPROD = 17,
    LEVEL_I8MM = 18,
};

enum {
    PANEL = 32, /* outputs of a panel */
    HALF = PANEL / 2,
    GROUP = 64,                /* inputs that share a scale in a quantised row */
    AHEAD = 2 * GROUP * PANEL, /* bytes that weights are asked for before they are used */
    KEY_TILE = 16,             /* keys that are scored together */
};

/* The arguments of product.h. */
struct Product {
    int mode;
    float* y;
    int outputs;
    const void* x;
    int rows;
    int inputs;
    int kind;
    const uint8_t* panels;
    const float* scales;
    const float* bias;
    int drafting;
    const float* ranks;
    const int32_t* sources;
    int rank;
    int upKind;
    const uint8_t* up;
    const float* upScales;
    int panel;
    int count;
    uint8_t* scratch;
};

/* How query, key and value heads stand in a row: [numHeads + 2 * numKvHeads, headDim]. */
struct Heads {
    int numHeads;
    int numKvHeads;
    int headDim;
};

/* A KV cache of blocks and the layer that is meant. */
struct Cache {
    uint8_t* blocks;
    int kind; /* KIND_F32 or KIND_BF16 */
    int blockTokens;
    int64_t blockBytes;
    int layer;
};

/* The arguments of rotate_store.h. */
struct Rotation {
    float* qkv;
    int row;
    int rows;
    int exact;
    struct Heads heads;
    const float* queryGain;
    const float* keyGain;
    float epsilon;
    const float* cosines;
    const float* sines;
    const float* queryScales;
    const int32_t* positions;
    const int32_t* blocks;
    struct Cache cache;
};

/* The arguments of attention.h. */
struct Attention {
    float* out;
    const float* qkv;
    int row;
    int rows;
    int kvHead;
    struct Heads heads;
    const int32_t* positions;
    int window;
    const int32_t* visible;
    int groupFirst;
    int groupRows;
    const int32_t* blockTable;
    struct Cache cache;
    uint8_t* scratch;
};

struct Kernels {
    int64_t (*panelBytes)(int kind, int inputs);
    void (*packPanel)(uint8_t* panel, int kind, const void* rows, int inputs);
    void (*readRow)(float* y, int kind, const uint8_t* panels, const float* scales, int inputs, int row, float factor);
    int64_t (*quantizedBytes)(int inputs);
    void (*quantize)(uint8_t* q, const float* x, int inputs, int rows);
    int64_t (*productScratch)(int rows, int panels);
    void (*product)(const struct Product* p);
    void (*rmsNorm)(float* y, const float* x, const float* gain, float epsilon, int columns, int rows);
    void (*rotateAndStore)(const struct Rotation* r);
    int64_t (*attentionScratch)(int queries, int headDim, int blocks, int blockTokens, int fresh);
    void (*attend)(const struct Attention* a);
    void (*mix)(float* y, const float* x, int columns, float beta);
    int (*best)(const float* scores, int count);
};

/* The tables of the levels that this library was built with. */
#if defined(__x86_64__)
extern const struct Kernels kernels_plain, kernels_avx2, kernels_avx_vnni, kernels_avx512_vnni;
#elif defined(__aarch64__)
extern const struct Kernels kernels_plain, kernels_dotprod, kernels_i8mm;
#endif

/* The levels that processor and system can run, a set of bits 1 << level. */
int supported_levels(void);

/* The table of a level; NULL if this library has none. */
const struct Kernels* kernels_of(int level);

/* Zeroed memory from the system, aligned to a page; NULL if there is none. */
void* reserve_memory(int64_t bytes);
void release_memory(void* memory, int64_t bytes);

/*
 * Asks the system to back reserved memory with large pages, which it then commits 2 MiB at a time. For what is read from
 * end to end, such as weights. A wish: nothing happens where the system has none.
 */
void prefer_large_pages(void* memory, int64_t bytes);
void lower_priority(void);

/* Copies a multiple of 4 bytes; there is no C library to ask. */
void copy_memory(void* to, const void* from, int64_t bytes);

#endif
