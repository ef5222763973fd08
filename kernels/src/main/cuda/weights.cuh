/*
 * How a weight matrix w[outputs, inputs] lies in device memory: in tiles of 64 outputs x 64 inputs, both padded with
 * zeros, tile (n / 64, k / 64) at index (n / 64) * (Kp / 64) + k / 64.
 *
 * Inside a tile the order is that of the tensor core's registers: lane 4g + t of a warp multiplies output 8q + g with
 * inputs 16j + 2t + {0, 1, 8, 9}, j = 0..3. Its 16 elements i = 4j + e of each q lie in runs of C = 16 bytes' worth
 * (for int4: 8 bytes' worth), and the runs of the 32 lanes lie side by side. So a warp's load is one contiguous stretch,
 * and what a lane has loaded is what it multiplies: nothing is shuffled on the way.
 *
 *   element (n, k) of a tile   q = n / 8   g = n % 8   j = k / 16   t = k % 8 / 2   e = k % 16 / 8 * 2 + k % 2
 *   offset in elements         q * 512 + (i / C) * 32 * C + (4g + t) * C + i % C
 *
 *   type   C    scale
 *   f32    4    none, or f32 [Np], one for each output
 *   bf16   8    none, or f32 [Np]
 *   int8   16   f32 [Np]
 *   int4   16   bf16 [ceil(Kp / 128)][Np], one for 128 inputs; two elements a byte, low half first, stored as value + 8
 *
 * Gated matrices hold gate and up in turns of 8 packed outputs, so that one thread ends with both of an output.
 */
#pragma once

#include "device.cuh"

constexpr int TILE = 64;
constexpr int TILE_ELEMENTS = TILE * TILE;

/** Place of an element in a packed matrix, in elements. */
template <int C>
__device__ __forceinline__ size_t packed_at(int n, int k, int kTiles) {
    int q = n % TILE / 8;
    int lane = n % 8 * 4 + k % 8 / 2;
    int i = k % TILE / 16 * 4 + k % 16 / 8 * 2 + k % 2;
    size_t tile = static_cast<size_t>(n / TILE) * kTiles + k / TILE;
    return tile * TILE_ELEMENTS + q * 512 + i / C * 32 * C + lane * C + i % C;
}

/** Weight types: how to read an element, and a lane's sixteen, as floats before the scale of an output. */
struct F32 {
    static constexpr int C = 4;
    static constexpr int TILE_BYTES = TILE_ELEMENTS * 4;
    static constexpr bool GROUP_SCALES = false;

    static __device__ __forceinline__ float read(const void* w, int n, int k, int kTiles) {
        return static_cast<const float*>(w)[packed_at<C>(n, k, kTiles)];
    }
};

struct Bf16 {
    static constexpr int C = 8;
    static constexpr int TILE_BYTES = TILE_ELEMENTS * 2;
    static constexpr bool GROUP_SCALES = false;

    static __device__ __forceinline__ float read(const void* w, int n, int k, int kTiles) {
        return widen(static_cast<const bf16*>(w)[packed_at<C>(n, k, kTiles)]);
    }
};

struct Int8 {
    static constexpr int C = 16;
    static constexpr int TILE_BYTES = TILE_ELEMENTS;
    static constexpr bool GROUP_SCALES = false;

    static __device__ __forceinline__ float read(const void* w, int n, int k, int kTiles) {
        return static_cast<float>(static_cast<const signed char*>(w)[packed_at<C>(n, k, kTiles)]);
    }
};

struct Int4 {
    static constexpr int C = 16;
    static constexpr int TILE_BYTES = TILE_ELEMENTS / 2;
    static constexpr bool GROUP_SCALES = true;
    static constexpr int GROUP = 128;

    static __device__ __forceinline__ float read(const void* w, int n, int k, int kTiles) {
        size_t at = packed_at<C>(n, k, kTiles);
        int byte = static_cast<const unsigned char*>(w)[at / 2];
        return static_cast<float>((at % 2 == 0 ? byte & 15 : byte >> 4) - 8);
    }
};

/** Scale of one element's group; exact when multiplied, as four and eight bits make twelve. */
__device__ __forceinline__ float group_scale(const void* scale, int n, int k, int Np) {
    return widen(static_cast<const bf16*>(scale)[static_cast<size_t>(k / Int4::GROUP) * Np + n]);
}

__device__ __forceinline__ int tiles_of(int size) { return (size + TILE - 1) / TILE; }
