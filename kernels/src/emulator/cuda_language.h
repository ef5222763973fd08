// The part of CUDA C++ that the kernels use, in C++ for one CPU thread per block; included before each .cu file when
// g++ compiles it. PTX instructions stand inside functions of device.cuh, whose CPU bodies are here too.
#pragma once

#include "block.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#define __global__
#define __device__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __restrict__ __restrict

#define threadIdx (emulated::block->fibers[emulated::block->current].index)
#define blockIdx (emulated::block->index)
#define blockDim (emulated::block->size)
#define gridDim (emulated::block->grid)

using std::max;
using std::min;

inline void __syncthreads() { emulated::barrier(); }

inline void __syncwarp() {
    emulated::meet(emulated::Operation::SYNC, [](auto&, int) {}, [](auto&) {});
}

template <class T>
inline T emulated_shuffle(T value, int source) {
    static_assert(sizeof(T) <= 8, "one word");
    auto& exchange = emulated::meet(
        emulated::Operation::SHUFFLE,
        [&](emulated::Exchange& e, int lane) { memcpy(&e.words[lane], &value, sizeof(T)); }, [](auto&) {});
    T result;
    memcpy(&result, &exchange.words[source], sizeof(T));
    return result;
}

template <class T>
inline T __shfl_sync(unsigned, T value, int source) {
    return emulated_shuffle(value, source & 31);
}

template <class T>
inline T __shfl_xor_sync(unsigned, T value, int mask) {
    return emulated_shuffle(value, emulated::block->lane() ^ mask);
}

inline int __any_sync(unsigned, int predicate) {
    auto& exchange = emulated::meet(
        emulated::Operation::VOTE, [&](emulated::Exchange& e, int lane) { e.words[lane] = predicate != 0; },
        [](auto&) {});
    uint64_t any = 0;
    uint32_t alive = emulated::block->warp().alive;
    for (int lane = 0; lane < 32; lane++) {
        any |= (alive >> lane & 1) != 0 ? exchange.words[lane] : 0;
    }
    return any != 0;
}

inline int __float_as_int(float f) {
    int i;
    memcpy(&i, &f, 4);
    return i;
}

inline float __int_as_float(int i) {
    float f;
    memcpy(&f, &i, 4);
    return f;
}

inline float __uint_as_float(uint32_t u) { return __int_as_float(static_cast<int>(u)); }
inline uint32_t __umulhi(uint32_t a, uint32_t b) { return static_cast<uint32_t>(static_cast<uint64_t>(a) * b >> 32); }
inline int atomicAdd(int* at, int value) { return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST); }
inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline float rsqrtf(float x) { return 1 / std::sqrt(x); }

/** Picks four bytes out of the eight of b:a, one by each nibble of the selector. */
inline uint32_t __byte_perm(uint32_t a, uint32_t b, uint32_t selector) {
    uint64_t bytes = static_cast<uint64_t>(b) << 32 | a;
    uint32_t result = 0;
    for (int i = 0; i < 4; i++) {
        result |= static_cast<uint32_t>(bytes >> (selector >> 4 * i & 7) * 8 & 0xff) << 8 * i;
    }
    return result;
}
