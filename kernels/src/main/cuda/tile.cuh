/*
 * The tensor-core product of one thread block: up to ROWS rows of x with 128 packed outputs of w, over a range of input
 * tiles. Copies run STAGES - 1 tiles ahead of the products, so that memory is never idle; a weight passes through
 * shared memory once and goes to the one warp that multiplies it.
 */
#pragma once

#include "fragments.cuh"
#include "product.cuh"

constexpr int BLOCK_OUTPUTS = 128;
constexpr int TILE_THREADS = 256;

/** Geometry of a tile: its rows, and how many warps share them; the others stand side by side along the outputs. */
template <class Weights, int TILE_ROWS, int WARPS_ALONG_ROWS, int NUM_STAGES>
struct Shape {
    using W = Weights;
    static constexpr int ROWS = TILE_ROWS;
    static constexpr int STAGES = NUM_STAGES;
    static constexpr int WARP_ROWS = ROWS / WARPS_ALONG_ROWS;
    static constexpr int WARP_OUTPUTS = BLOCK_OUTPUTS * WARPS_ALONG_ROWS / 8;
    static constexpr int ROW_FRAGMENTS = WARP_ROWS / 16;
    static constexpr int GROUPS = WARP_OUTPUTS / 8;
    static constexpr int X_BYTES = ROWS * TILE * 2;
    static constexpr int W_BYTES = BLOCK_OUTPUTS / TILE * W::TILE_BYTES;
    static constexpr int STAGE_BYTES = X_BYTES + W_BYTES;
};

/** A warp's sums: [row fragment][group of 8 outputs][as mma leaves them]. */
template <class S>
using Sums = float[S::ROW_FRAGMENTS][S::GROUPS][4];

/** Where a warp's rows begin in the block's tile, and its outputs in the block. */
template <class S>
__device__ __forceinline__ int warp_row() {
    return threadIdx.x / 32 / (BLOCK_OUTPUTS / S::WARP_OUTPUTS) * S::WARP_ROWS;
}

template <class S>
__device__ __forceinline__ int warp_output() {
    return threadIdx.x / 32 % (BLOCK_OUTPUTS / S::WARP_OUTPUTS) * S::WARP_OUTPUTS;
}

/** Starts the copies of one stage. Rows of x lie in 8 chunks of 16 bytes, permuted so that no bank is hit twice. */
template <class S>
__device__ __forceinline__ void copy_stage(char* stage, const Product& p, int firstRow, int firstTile, int kTile) {
    const bf16* x = static_cast<const bf16*>(p.x);
    for (int i = threadIdx.x; i < S::ROWS * 8; i += TILE_THREADS) {
        int row = i / 8;
        int chunk = i % 8;
        bool exists = firstRow + row < p.M;
        const bf16* from = x + static_cast<size_t>(exists ? firstRow + row : 0) * p.xPitch + kTile * TILE + chunk * 8;
        copy_async(stage + row * 128 + (chunk ^ row % 8) * 16, from, exists);
    }
    const char* w = static_cast<const char*>(p.w);
    constexpr int CHUNKS = S::W::TILE_BYTES / 16;
    for (int i = threadIdx.x; i < BLOCK_OUTPUTS / TILE * CHUNKS; i += TILE_THREADS) {
        int tile = firstTile + i / CHUNKS;
        bool exists = tile < p.Np / TILE;
        size_t at = (static_cast<size_t>(exists ? tile : 0) * tiles_of(p.K) + kTile) * S::W::TILE_BYTES;
        copy_async(stage + S::X_BYTES + i * 16, w + at + i % CHUNKS * 16, exists);
    }
}

/** Multiplies one stage: 64 inputs. */
template <class S>
__device__ __forceinline__ void multiply_stage(Sums<S>& sums, const char* stage, const uint32_t (&scales)[S::GROUPS]) {
    using W = typename S::W;
    int lane = threadIdx.x % 32;
    Fragments<W> weights[S::GROUPS];
#pragma unroll
    for (int g = 0; g < S::GROUPS; g++) {
        const char* group = stage + S::X_BYTES + (warp_output<S>() / 8 + g) * Fragments<W>::GROUP_BYTES;
        weights[g].load(group, lane, [](auto* at) { return *at; });
    }
#pragma unroll
    for (int j = 0; j < 4; j++) {
        uint32_t b[S::GROUPS][2];
#pragma unroll
        for (int g = 0; g < S::GROUPS; g++) {
            weights[g].pair(j, scales[g], b[g][0], b[g][1]);
        }
#pragma unroll
        for (int m = 0; m < S::ROW_FRAGMENTS; m++) {
            int row = warp_row<S>() + m * 16 + lane % 16;
            uint32_t a[4];
            load_matrices(a, stage + row * 128 + ((2 * j + lane / 16) ^ row % 8) * 16);
#pragma unroll
            for (int g = 0; g < S::GROUPS; g++) {
                multiply(sums[m][g], a, b[g][0], b[g][1]);
            }
        }
    }
}

/** Where the finished sum of a row and output of the block lies in shared memory, as f32. */
constexpr int SUM_PITCH = BLOCK_OUTPUTS + 8; // lanes of a warp write to different banks

/**
 * Sums over input tiles [from, end) for rows firstRow.. and packed outputs firstTile * 64... Leaves them in shared
 * memory, [rows][SUM_PITCH], where a loop can reach them; ends with a barrier.
 */
template <class S>
__device__ __forceinline__ float* tile_product(char* shared, const Product& p, int firstRow, int firstTile, int from,
                                               int end) {
    Sums<S> sums;
#pragma unroll
    for (int m = 0; m < S::ROW_FRAGMENTS; m++) {
#pragma unroll
        for (int g = 0; g < S::GROUPS; g++) {
#pragma unroll
            for (int r = 0; r < 4; r++) {
                sums[m][g][r] = 0.f;
            }
        }
    }
    int firstOutput = firstTile * TILE + warp_output<S>() + threadIdx.x % 32 / 4;
    for (int s = 0; s < S::STAGES - 1; s++) {
        if (from + s < end) {
            copy_stage<S>(shared + s * S::STAGE_BYTES, p, firstRow, firstTile, from + s);
        }
        commit_copies(); // of nothing, where there are fewer tiles: then groups count the same
    }
    for (int kt = from; kt < end; kt++) {
        uint32_t scales[S::GROUPS];
#pragma unroll
        for (int g = 0; g < S::GROUPS; g++) {
            int n = min(firstOutput + g * 8, p.Np - 1);
            scales[g] = scale_pair<typename S::W>(p.scale, n, kt, p.Np);
        }
        wait_for_copies<S::STAGES - 2>();
        __syncthreads(); // all have their part of this stage, and none reads the one that is overwritten next
        int ahead = kt + S::STAGES - 1;
        if (ahead < end) {
            copy_stage<S>(shared + (ahead - from) % S::STAGES * S::STAGE_BYTES, p, firstRow, firstTile, ahead);
        }
        commit_copies();
        multiply_stage<S>(sums, shared + (kt - from) % S::STAGES * S::STAGE_BYTES, scales);
    }
    wait_for_copies<0>();
    __syncthreads(); // stages are free now
    float* finished = reinterpret_cast<float*>(shared);
    int lane = threadIdx.x % 32;
#pragma unroll
    for (int m = 0; m < S::ROW_FRAGMENTS; m++) {
#pragma unroll
        for (int g = 0; g < S::GROUPS; g++) {
            int row = warp_row<S>() + m * 16 + lane / 4;
            float* at = finished + row * SUM_PITCH + warp_output<S>() + g * 8 + lane % 4 * 2;
            at[0] = sums[m][g][0];
            at[1] = sums[m][g][1];
            at[8 * SUM_PITCH] = sums[m][g][2];
            at[8 * SUM_PITCH + 1] = sums[m][g][3];
        }
    }
    __syncthreads();
    return finished;
}
