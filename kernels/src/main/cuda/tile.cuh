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

/**
 * What a thread copies in every stage, and where: only the place along the inputs changes from stage to stage, so that
 * the loop has no more than an addition for each copy. Rows of x lie in 8 chunks of 16 bytes, permuted so that no bank is
 * hit twice; a thread has the same chunk of every 32nd row.
 */
template <class S>
struct Copies {
    static constexpr int ROWS_AT_ONCE = TILE_THREADS / 8;
    static constexpr int X_COPIES = (S::ROWS + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
    static constexpr int CHUNKS = S::W::TILE_BYTES / 16; // of a tile of weights
    static constexpr int W_COPIES = BLOCK_OUTPUTS / TILE * CHUNKS / TILE_THREADS;

    const char* x; // this thread's chunk of its first row, or of row 0 where that does not exist
    const char* w; // this thread's chunk of the block's first 64 outputs
    int xStep;     // bytes from one of its rows to the next
    int wStep; // bytes from the first 64 outputs to the next 64, below 2^28 as K is at most 2^20; 0 if there are none
    int rows;  // that exist from this thread's first one on
    int xTo;

    __device__ __forceinline__ Copies(const Product& p, int firstRow, int firstTile) {
        int row = threadIdx.x / 8;
        int chunk = threadIdx.x % 8;
        rows = p.M - firstRow - row;
        int from = rows > 0 ? firstRow + row : 0;
        x = static_cast<const char*>(p.x) + (static_cast<size_t>(from) * p.xPitch + chunk * 8) * sizeof(bf16);
        xStep = p.xPitch * (ROWS_AT_ONCE * static_cast<int>(sizeof(bf16)));
        xTo = row * 128 + (chunk ^ row % 8) * 16;
        int step = tiles_of(p.K) * S::W::TILE_BYTES;
        w = static_cast<const char*>(p.w) + firstTile * static_cast<size_t>(step) + threadIdx.x % CHUNKS * 16;
        wStep = firstTile + 1 < p.Np / TILE ? step : 0;
    }

    /** Starts the copies of a stage. */
    __device__ __forceinline__ void start(char* stage, int kTile) const {
        const char* fromX = x + kTile * (TILE * static_cast<int>(sizeof(bf16)));
#pragma unroll
        for (int i = 0; i < X_COPIES; i++) {
            if ((i + 1) * ROWS_AT_ONCE <= S::ROWS || threadIdx.x / 8 + i * ROWS_AT_ONCE < S::ROWS) {
                bool exists = i * ROWS_AT_ONCE < rows;
                copy_async(stage + xTo + i * ROWS_AT_ONCE * 128, exists ? fromX + i * xStep : fromX, exists);
            }
        }
        const char* fromW = w + kTile * S::W::TILE_BYTES;
#pragma unroll
        for (int i = 0; i < W_COPIES; i++) {
            int chunk = i * TILE_THREADS + static_cast<int>(threadIdx.x);
            int tile = CHUNKS < TILE_THREADS ? chunk / CHUNKS : i * TILE_THREADS / CHUNKS;
            copy_async(stage + S::X_BYTES + chunk * 16, fromW + tile * wStep + i * TILE_THREADS % CHUNKS * 16,
                       tile == 0 || wStep != 0);
        }
    }
};

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
    Copies<S> copies(p, firstRow, firstTile);
    for (int s = 0; s < S::STAGES - 1; s++) {
        if (from + s < end) {
            copies.start(shared + s * S::STAGE_BYTES, from + s);
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
            copies.start(shared + (ahead - from) % S::STAGES * S::STAGE_BYTES, ahead);
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
