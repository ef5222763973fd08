/*
 * A built library as Java calls it, in place of the kernels' sources: the table of a level calls the exported functions
 * by their names, after the level was put to use. The path is in the environment, TIDAR_NATIVE_LIBRARY.
 */
#include "check.h"

#include <dlfcn.h>

static void* library(void) {
    static void* opened;
    if (!opened) {
        const char* path = getenv("TIDAR_NATIVE_LIBRARY");
        opened = dlopen(path ? path : "", RTLD_NOW | RTLD_LOCAL);
        if (!opened) {
            printf("TIDAR_NATIVE_LIBRARY: %s\n", dlerror());
            exit(2);
        }
    }
    return opened;
}

static void* function(const char* name) {
    char symbol[120];
    snprintf(symbol, sizeof symbol, "Java_dev_tidar_backend_jni_NativeKernels_%s", name);
    void* address = dlsym(library(), symbol);
    if (!address) {
        printf("%s\n", dlerror());
        exit(2);
    }
    return address;
}

/* The arguments of every function begin with the JNI environment and the class, which none of these uses. */
#define BIND(name) call = call ? call : function(#name)
#define ADDRESS(pointer) ((long long)(intptr_t)(pointer))

static int64_t panelBytes(int kind, int inputs) {
    static long long (*call)(void*, void*, int, int);
    BIND(panelBytes);
    return call(NULL, NULL, kind, inputs);
}

static void packPanel(uint8_t* panel, int kind, const void* rows, int inputs) {
    static void (*call)(void*, void*, long long, int, long long, int);
    BIND(packPanel);
    call(NULL, NULL, ADDRESS(panel), kind, ADDRESS(rows), inputs);
}

static void readRow(float* y, int kind, const uint8_t* panels, const float* scales, int inputs, int row, float factor) {
    static void (*call)(void*, void*, long long, int, long long, long long, int, int, float);
    BIND(readRow);
    call(NULL, NULL, ADDRESS(y), kind, ADDRESS(panels), ADDRESS(scales), inputs, row, factor);
}

static int64_t quantizedBytes(int inputs) {
    static long long (*call)(void*, void*, int);
    BIND(quantizedBytes);
    return call(NULL, NULL, inputs);
}

static void quantize(uint8_t* q, const float* x, int inputs, int rows) {
    static void (*call)(void*, void*, long long, long long, int, int);
    BIND(quantize);
    call(NULL, NULL, ADDRESS(q), ADDRESS(x), inputs, rows);
}

static int64_t productScratch(int rows, int panels) {
    static long long (*call)(void*, void*, int, int);
    BIND(productScratch);
    return call(NULL, NULL, rows, panels);
}

static void product(const struct Product* p) {
    static void (*call)(void*, void*, int, long long, int, long long, int, int, int, long long, long long, long long,
                        int, long long, long long, int, int, long long, long long, int, int, long long);
    BIND(product);
    call(NULL, NULL, p->mode, ADDRESS(p->y), p->outputs, ADDRESS(p->x), p->rows, p->inputs, p->kind, ADDRESS(p->panels),
         ADDRESS(p->scales), ADDRESS(p->bias), p->drafting, ADDRESS(p->ranks), ADDRESS(p->sources), p->rank, p->upKind,
         ADDRESS(p->up), ADDRESS(p->upScales), p->panel, p->count, ADDRESS(p->scratch));
}

static void rmsNorm(float* y, const float* x, const float* gain, float epsilon, int columns, int rows) {
    static void (*call)(void*, void*, long long, long long, long long, float, int, int);
    BIND(rmsNorm);
    call(NULL, NULL, ADDRESS(y), ADDRESS(x), ADDRESS(gain), epsilon, columns, rows);
}

static void rotateAndStore(const struct Rotation* r) {
    static void (*call)(void*, void*, long long, int, int, int, int, int, int, long long, long long, float, long long,
                        long long, long long, long long, long long, long long, int, int, long long, int);
    BIND(rotateAndStore);
    call(NULL, NULL, ADDRESS(r->qkv), r->row, r->rows, r->exact, r->heads.numHeads, r->heads.numKvHeads,
         r->heads.headDim, ADDRESS(r->queryGain), ADDRESS(r->keyGain), r->epsilon, ADDRESS(r->cosines),
         ADDRESS(r->sines), ADDRESS(r->queryScales), ADDRESS(r->positions), ADDRESS(r->blocks),
         ADDRESS(r->cache.blocks), r->cache.kind, r->cache.blockTokens, r->cache.blockBytes, r->cache.layer);
}

static int64_t attentionScratch(int queries, int headDim, int blocks, int blockTokens, int fresh) {
    static long long (*call)(void*, void*, int, int, int, int, int);
    BIND(attentionScratch);
    return call(NULL, NULL, queries, headDim, blocks, blockTokens, fresh);
}

static void attend(const struct Attention* a) {
    static void (*call)(void*, void*, long long, long long, int, int, int, int, int, int, long long, int, long long,
                        int, int, long long, long long, int, int, long long, int, long long);
    BIND(attend);
    call(NULL, NULL, ADDRESS(a->out), ADDRESS(a->qkv), a->row, a->rows, a->kvHead, a->heads.numHeads,
         a->heads.numKvHeads, a->heads.headDim, ADDRESS(a->positions), a->window, ADDRESS(a->visible), a->groupFirst,
         a->groupRows, ADDRESS(a->blockTable), ADDRESS(a->cache.blocks), a->cache.kind, a->cache.blockTokens,
         a->cache.blockBytes, a->cache.layer, ADDRESS(a->scratch));
}

static void mix(float* y, const float* x, int columns, float beta) {
    static void (*call)(void*, void*, long long, long long, int, float);
    BIND(mix);
    call(NULL, NULL, ADDRESS(y), ADDRESS(x), columns, beta);
}

static int best(const float* scores, int count) {
    static int (*call)(void*, void*, long long, int);
    BIND(best);
    return call(NULL, NULL, ADDRESS(scores), count);
}

int supported_levels(void) {
    holds(((int (*)(void*, void*))function("version"))(NULL, NULL) == 3, "version of the interface");
    return ((int (*)(void*, void*))function("levels"))(NULL, NULL);
}

const struct Kernels* kernels_of(int level) {
    static const struct Kernels table = {
        panelBytes, packPanel,      readRow,          quantizedBytes, quantize, productScratch, product,
        rmsNorm,    rotateAndStore, attentionScratch, attend,         mix,      best,
    };
    ((void (*)(void*, void*, int))function("use"))(NULL, NULL, level);
    return &table;
}

void* reserve_memory(int64_t bytes) {
    return (void*)(intptr_t)((long long (*)(void*, void*, long long))function("reserve"))(NULL, NULL, bytes);
}

void prefer_large_pages(void* memory, int64_t bytes) {
    static void (*call)(void*, void*, long long, long long);
    BIND(preferLargePages);
    call(NULL, NULL, ADDRESS(memory), bytes);
}

void release_memory(void* memory, int64_t bytes) {
    static void (*call)(void*, void*, long long, long long);
    BIND(release);
    call(NULL, NULL, ADDRESS(memory), bytes);
}

void copy_memory(void* to, const void* from, int64_t bytes) {
    static void (*call)(void*, void*, long long, long long, long long);
    BIND(copy);
    call(NULL, NULL, ADDRESS(to), ADDRESS(from), bytes);
}
