/* A block that works on one row of logits: its threads share the tokens and reduce over them. */
#pragma once

#include "candidates.cuh"

namespace one_row {

constexpr int THREADS = 512;
constexpr int WARPS = THREADS / 32;

/** Whether a token is banned in every row. */
__device__ __forceinline__ bool is_banned(const uint32_t* banned, int token) {
    return (banned[token / 32] >> token % 32 & 1) != 0;
}

/** Shared memory through which the warps of a block reduce. */
struct Exchange {
    Candidate best[WARPS];
    uint64_t sums[WARPS];
};

/** The best of the block, the same in all threads. */
__device__ __forceinline__ Candidate best_of_block(Exchange& shared, Candidate own) {
    own = best_of_warp(own);
    if (threadIdx.x % 32 == 0) {
        shared.best[threadIdx.x / 32] = own;
    }
    __syncthreads();
    own = best_of_warp(shared.best[threadIdx.x % WARPS]);
    __syncthreads(); // before the next reduction
    return own;
}

/** The sum over a warp, the same in all lanes. */
__device__ __forceinline__ uint64_t sum_of_warp(uint64_t own) {
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) {
        own += __shfl_xor_sync(ALL_LANES, own, mask);
    }
    return own;
}

/** The sum over the block, the same in all threads. */
__device__ __forceinline__ uint64_t sum_of_block(Exchange& shared, uint64_t own) {
    own = sum_of_warp(own);
    if (threadIdx.x % 32 == 0) {
        shared.sums[threadIdx.x / 32] = own;
    }
    __syncthreads();
    own = sum_of_warp(threadIdx.x % 32 < WARPS ? shared.sums[threadIdx.x % 32] : 0);
    __syncthreads(); // before the next reduction
    return own;
}

} // namespace one_row
