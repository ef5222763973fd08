/*
 * What the kernels ask of the machine: bfloat16, copies to shared memory, tensor-core products, reductions of a warp.
 * PTX stands here and nowhere else. Where a CPU compiles the kernels (no __CUDACC__), each function has a body that
 * computes the same; the tests run that one.
 */
#pragma once

#include "step.cuh"

#ifdef __CUDACC__
#define SHARED(Type, name) __shared__ Type name
#define DYNAMIC_SHARED(name) extern __shared__ __align__(128) char name[]
#else
#define SHARED(Type, name) Type& name = *reinterpret_cast<Type*>(emulated::staticShared(sizeof(Type)))
#define DYNAMIC_SHARED(name) char* name = emulated::block->dynamicShared
#endif

constexpr unsigned ALL_LANES = 0xffffffffu;
constexpr float INFINITE = __builtin_huge_valf();

/** Sixteen bytes, the unit of copies. */
struct __align__(16) Chunk {
    uint32_t word[4];
};

/** Eight bytes. */
struct __align__(8) HalfChunk {
    uint32_t word[2];
};

/** Four neighbouring floats, read and written as one. */
struct __align__(16) Four {
    float of[4];
};

/** A bfloat16 in memory. */
struct bf16 {
    uint16_t bits;
};

/** The first cached key that a row at a position sees: the last `window` positions, its own among them. */
__device__ __forceinline__ int first_seen(int position, int window) {
    int first = position + 1 - window;
    return first > 0 ? first : 0;
}

__device__ __forceinline__ float widen(bf16 value) { return __uint_as_float(static_cast<uint32_t>(value.bits) << 16); }

/** Low and high half of a word of two bfloat16. */
__device__ __forceinline__ float low(uint32_t pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float high(uint32_t pair) { return __uint_as_float(pair & 0xffff0000u); }

/** Rounds to nearest even. */
__device__ __forceinline__ bf16 narrow(float value) {
    bf16 result;
#ifdef __CUDACC__
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result.bits) : "f"(value));
#else
    uint32_t bits = static_cast<uint32_t>(__float_as_int(value));
    bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
    result.bits = static_cast<uint16_t>((nan ? bits | 0x400000u : bits + 0x7fff + (bits >> 16 & 1)) >> 16);
#endif
    return result;
}

/** Two values as a word, the first in the low half. */
__device__ __forceinline__ uint32_t pack(float first, float second) {
#ifdef __CUDACC__
    uint32_t pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(second), "f"(first));
    return pair;
#else
    return narrow(first).bits | static_cast<uint32_t>(narrow(second).bits) << 16;
#endif
}

/** a * b + c for two bfloat16 each, rounded once. */
__device__ __forceinline__ uint32_t multiply_add_pairs(uint32_t a, uint32_t b, uint32_t c) {
#ifdef __CUDACC__
    uint32_t d;
    asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
#else
    return pack(fmaf(low(a), low(b), low(c)), fmaf(high(a), high(b), high(c)));
#endif
}

/** Starts copying 16 bytes to shared memory past the L1 cache; zeros instead, if the source does not exist. */
__device__ __forceinline__ void copy_async(void* shared, const void* global, bool exists) {
#ifdef __CUDACC__
    uint32_t to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
    int bytes = exists ? 16 : 0;
    asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(to), "l"(global), "r"(bytes)
                 : "memory");
#else
    emulated::copyAsync(shared, global, exists ? 16 : 0, exists ? 0 : 16);
#endif
}

/** Closes a group of copies. */
__device__ __forceinline__ void commit_copies() {
#ifdef __CUDACC__
    asm volatile("cp.async.commit_group;" ::: "memory");
#else
    emulated::commitCopies();
#endif
}

/** Waits until at most GROUPS of this thread's groups are under way. A barrier must follow before others read. */
template <int GROUPS>
__device__ __forceinline__ void wait_for_copies() {
#ifdef __CUDACC__
    asm volatile("cp.async.wait_group %0;" ::"n"(GROUPS) : "memory");
#else
    emulated::waitForCopies(GROUPS);
#endif
}

/** Sixteen bytes that are read once. */
__device__ __forceinline__ Chunk read_once(const Chunk* at) {
#ifdef __CUDACC__
    Chunk c;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(c.word[0]), "=r"(c.word[1]), "=r"(c.word[2]), "=r"(c.word[3])
                 : "l"(at));
    return c;
#else
    return *at;
#endif
}

__device__ __forceinline__ HalfChunk read_once(const HalfChunk* at) {
#ifdef __CUDACC__
    HalfChunk c;
    asm volatile("ld.global.nc.L1::no_allocate.v2.u32 {%0, %1}, [%2];" : "=r"(c.word[0]), "=r"(c.word[1]) : "l"(at));
    return c;
#else
    return *at;
#endif
}

/** Four floats that another thread block has written during this launch: from the L2 cache, where all see the same. */
__device__ __forceinline__ Four read_shared_result(const Four* at) {
#ifdef __CUDACC__
    Four four;
    asm volatile("ld.global.cg.v4.f32 {%0, %1, %2, %3}, [%4];"
                 : "=f"(four.of[0]), "=f"(four.of[1]), "=f"(four.of[2]), "=f"(four.of[3])
                 : "l"(at));
    return four;
#else
    return *at;
#endif
}

/** Reads four 8 x 8 matrices of bfloat16; lane i gives the address of row i % 8 of matrix i / 8. */
__device__ __forceinline__ void load_matrices(uint32_t (&fragment)[4], const void* row) {
#ifdef __CUDACC__
    uint32_t from = static_cast<uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
                 : "r"(from)
                 : "memory");
#else
    auto& exchange = emulated::meet(
        emulated::Operation::LOAD_MATRIX, [&](emulated::Exchange& e, int lane) { e.addresses[lane] = row; },
        [](auto&) {});
    int lane = emulated::block->lane();
    for (int m = 0; m < 4; m++) {
        memcpy(&fragment[m], static_cast<const char*>(exchange.addresses[m * 8 + lane / 4]) + lane % 4 * 4, 4);
    }
#endif
}

/** The same, each matrix transposed. */
__device__ __forceinline__ void load_matrices_transposed(uint32_t (&fragment)[4], const void* row) {
#ifdef __CUDACC__
    uint32_t from = static_cast<uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
                 : "r"(from)
                 : "memory");
#else
    auto& exchange = emulated::meet(
        emulated::Operation::LOAD_MATRIX, [&](emulated::Exchange& e, int lane) { e.addresses[lane] = row; },
        [](auto&) {});
    int lane = emulated::block->lane();
    for (int m = 0; m < 4; m++) {
        uint16_t pair[2];
        for (int i = 0; i < 2; i++) {
            const char* line = static_cast<const char*>(exchange.addresses[m * 8 + lane % 4 * 2 + i]);
            memcpy(&pair[i], line + lane / 4 * 2, 2);
        }
        fragment[m] = pair[0] | static_cast<uint32_t>(pair[1]) << 16;
    }
#endif
}

#ifndef __CUDACC__
/** All lanes' fragments to matrices, the product, and back. */
inline void multiply_fragments(emulated::Exchange& e) {
    float a[16][16];
    float b[16][8];
    float c[16][8];
    for (int lane = 0; lane < 32; lane++) {
        int g = lane / 4;
        int t = lane % 4 * 2;
        for (int r = 0; r < 4; r++) {
            a[g + r % 2 * 8][t + r / 2 * 8] = low(e.a[lane][r]);
            a[g + r % 2 * 8][t + r / 2 * 8 + 1] = high(e.a[lane][r]);
            c[g + r / 2 * 8][t + r % 2] = e.c[lane][r];
        }
        for (int r = 0; r < 2; r++) {
            b[t + r * 8][g] = low(e.b[lane][r]);
            b[t + r * 8 + 1][g] = high(e.b[lane][r]);
        }
    }
    for (int m = 0; m < 16; m++) {
        for (int k = 0; k < 16; k++) {
            for (int n = 0; n < 8; n++) {
                c[m][n] = fmaf(a[m][k], b[k][n], c[m][n]);
            }
        }
    }
    for (int lane = 0; lane < 32; lane++) {
        for (int r = 0; r < 4; r++) {
            e.c[lane][r] = c[lane / 4 + r / 2 * 8][lane % 4 * 2 + r % 2];
        }
    }
}
#endif

/** c[16, 8] += a[16, 16] * b[16, 8] by the tensor cores, bfloat16 with f32 sums; fragments as mma.m16n8k16 has them. */
__device__ __forceinline__ void multiply(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
#ifdef __CUDACC__
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    auto& exchange = emulated::meet(
        emulated::Operation::MULTIPLY,
        [&](emulated::Exchange& e, int lane) {
            memcpy(e.a[lane], a, 16);
            e.b[lane][0] = b0;
            e.b[lane][1] = b1;
            memcpy(e.c[lane], c, 16);
        },
        multiply_fragments);
    memcpy(c, exchange.c[emulated::block->lane()], 16);
#endif
}

/** 2^x, good to 2 ulp; not for strict kernels. */
__device__ __forceinline__ float power_of_two(float x) {
#ifdef __CUDACC__
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
#else
    return exp2f(x);
#endif
}

/** The sum over a warp, the same in all lanes, in an order that is always the same. */
__device__ __forceinline__ float warp_sum(float value) {
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, mask);
    }
    return value;
}
