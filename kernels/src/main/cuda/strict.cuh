/* Strict products: one chain of fused multiply-adds for each output, over ascending inputs, from zero. */
#pragma once

#include "product.cuh"

constexpr int STRICT_ROWS = 16;

struct StrictStorage {
    float x[TILE][STRICT_ROWS]; // one tile of inputs, transposed: all threads read the same sixteen rows of an input
    float scores[STRICT_ROWS][TILE + 1];
};

/** Elements {2t, 2t + 1, 2t + 8, 2t + 9} of the 16 inputs j of a packed row, t the lane's low bits. */
__device__ __forceinline__ void read_four(F32, const void* tile, int at, float (&v)[4]) {
    Chunk c = *reinterpret_cast<const Chunk*>(static_cast<const float*>(tile) + at);
    for (int e = 0; e < 4; e++) {
        v[e] = __uint_as_float(c.word[e]);
    }
}

__device__ __forceinline__ void read_four(Bf16, const void* tile, int at, float (&v)[4]) {
    const uint32_t* pairs = reinterpret_cast<const uint32_t*>(static_cast<const bf16*>(tile) + at);
    for (int e = 0; e < 4; e++) {
        v[e] = e % 2 == 0 ? low(pairs[e / 2]) : high(pairs[e / 2]);
    }
}

__device__ __forceinline__ void read_four(Int8, const void* tile, int at, float (&v)[4]) {
    int word = *reinterpret_cast<const int*>(static_cast<const signed char*>(tile) + at);
    for (int e = 0; e < 4; e++) {
        v[e] = static_cast<float>(static_cast<signed char>(word >> 8 * e));
    }
}

__device__ __forceinline__ void read_four(Int4, const void* tile, int at, float (&v)[4]) {
    int nibbles = *reinterpret_cast<const uint16_t*>(static_cast<const unsigned char*>(tile) + at / 2);
    for (int e = 0; e < 4; e++) {
        v[e] = static_cast<float>((nibbles >> 4 * e & 15) - 8);
    }
}

/**
 * The sums of packed output blockIdx.x * 64 + threadIdx.x for sixteen rows of x from row `first` on. A block is 64
 * threads. Padded inputs are zeros on both sides, which leaves a chain as it is.
 */
template <class W>
__device__ __forceinline__ void strict_sums(float (&sums)[STRICT_ROWS], StrictStorage& shared, const float* x,
                                            const void* w, const void* scale, int first, int M, int Np, int K,
                                            int xPitch) {
    constexpr int C = W::C;
    int n = threadIdx.x;
    int kTiles = tiles_of(K);
#pragma unroll
    for (int r = 0; r < STRICT_ROWS; r++) {
        sums[r] = 0.f;
    }
    for (int kt = 0; kt < kTiles; kt++) {
        __syncthreads();
#pragma unroll 4
        for (int r = 0; r < STRICT_ROWS; r++) {
            int k = kt * TILE + threadIdx.x;
            bool exists = first + r < M && k < K;
            shared.x[threadIdx.x][r] = exists ? x[static_cast<size_t>(first + r) * xPitch + k] : 0.f;
        }
        __syncthreads();
        const char* tile =
            static_cast<const char*>(w) + (static_cast<size_t>(blockIdx.x) * kTiles + kt) * W::TILE_BYTES;
        float factor = W::GROUP_SCALES ? group_scale(scale, blockIdx.x * TILE + n, kt * TILE, Np) : 1.f;
#pragma unroll 1
        for (int j = 0; j < 4; j++) {
            float weights[4][4];
#pragma unroll
            for (int t = 0; t < 4; t++) {
                int lane = n % 8 * 4 + t;
                read_four(W(), tile, n / 8 * 512 + 4 * j / C * 32 * C + lane * C + 4 * j % C, weights[t]);
            }
#pragma unroll
            for (int k = 0; k < 16; k++) {
                float weight = weights[k % 8 / 2][k / 8 * 2 + k % 2];
                if (W::GROUP_SCALES) {
                    weight = weight * factor;
                }
#pragma unroll
                for (int r = 0; r < STRICT_ROWS; r++) {
                    sums[r] = fmaf(shared.x[16 * j + k][r], weight, sums[r]);
                }
            }
        }
    }
}
