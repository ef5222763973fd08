/*
 * Products of up to eight rows on the CUDA cores: a thread block has two groups of 8 outputs, its eight warps take the
 * input tiles in turns, and weights go from memory to registers without a stop.
 */
#pragma once

#include "fragments.cuh"
#include "product.cuh"

constexpr int VECTOR_OUTPUTS = 16;

/** Sums of the eight warps. */
template <int ROWS>
struct VectorStorage {
    float sums[8][ROWS][VECTOR_OUTPUTS];
};

template <class W, int ROWS>
__device__ __forceinline__ void multiply_vector(float (&sums)[2][ROWS], const Fragments<W> (&weights)[2],
                                                const uint32_t (&scales)[2], const bf16* x, int M, int xPitch) {
    int t = threadIdx.x % 4;
#pragma unroll
    for (int j = 0; j < 4; j++) {
        uint32_t w[2][2];
        weights[0].pair(j, scales[0], w[0][0], w[0][1]);
        weights[1].pair(j, scales[1], w[1][0], w[1][1]);
#pragma unroll
        for (int m = 0; m < ROWS; m++) {
            const uint32_t* row = reinterpret_cast<const uint32_t*>(x + static_cast<size_t>(min(m, M - 1)) * xPitch);
#pragma unroll
            for (int half = 0; half < 2; half++) {
                uint32_t pair = row[8 * j + t + 4 * half];
#pragma unroll
                for (int g = 0; g < 2; g++) {
                    sums[g][m] = fmaf(low(w[g][half]), low(pair), sums[g][m]);
                    sums[g][m] = fmaf(high(w[g][half]), high(pair), sums[g][m]);
                }
            }
        }
    }
}

/** Leaves in shared.sums[0] the sums of packed outputs blockIdx.x * 16... Ends with a barrier. */
template <class W, int ROWS>
__device__ __forceinline__ void vector_product(VectorStorage<ROWS>& shared, const Product& p) {
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int firstOutput = blockIdx.x * VECTOR_OUTPUTS;
    int kTiles = tiles_of(p.K);
    float sums[2][ROWS] = {};
    for (int kt = warp; kt < kTiles; kt += 8) {
        const char* tile =
            static_cast<const char*>(p.w) + (static_cast<size_t>(firstOutput / TILE) * kTiles + kt) * W::TILE_BYTES;
        Fragments<W> weights[2];
        uint32_t scales[2];
#pragma unroll
        for (int g = 0; g < 2; g++) {
            const char* group = tile + (firstOutput % TILE / 8 + g) * Fragments<W>::GROUP_BYTES;
            weights[g].load(group, lane, [](auto* at) { return read_once(at); });
            scales[g] = scale_pair<W>(p.scale, firstOutput + g * 8 + lane / 4, kt, p.Np);
        }
        multiply_vector<W>(sums, weights, scales, static_cast<const bf16*>(p.x) + kt * TILE, p.M, p.xPitch);
    }
#pragma unroll
    for (int g = 0; g < 2; g++) {
#pragma unroll
        for (int m = 0; m < ROWS; m++) {
            float sum = sums[g][m];
            sum += __shfl_xor_sync(ALL_LANES, sum, 1);
            sum += __shfl_xor_sync(ALL_LANES, sum, 2);
            if (lane % 4 == 0) {
                shared.sums[warp][m][g * 8 + lane / 4] = sum;
            }
        }
    }
    __syncthreads();
    if (threadIdx.x < ROWS * VECTOR_OUTPUTS) {
        int m = threadIdx.x / VECTOR_OUTPUTS;
        int n = threadIdx.x % VECTOR_OUTPUTS;
        float total = 0.f;
        for (int w = 0; w < 8; w++) {
            total += shared.sums[w][m][n];
        }
        shared.sums[0][m][n] = total;
    }
    __syncthreads();
}
