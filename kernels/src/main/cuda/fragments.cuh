/*
 * A lane's part of a weight tile as operands of the tensor core: 16 weights of one output, as four pairs of words, two
 * bfloat16 in a word. The order of weights.cuh is made for this: one or two 16-byte loads, no exchange between lanes.
 */
#pragma once

#include "weights.cuh"

/** The packed weights of a lane for one group of 8 outputs and one tile of 64 inputs. */
template <class W>
struct Fragments;

template <>
struct Fragments<Bf16> {
    static constexpr int GROUP_BYTES = 1024;
    Chunk runs[2];

    /** `group` is where the 8 outputs begin in the tile. */
    template <class Read>
    __device__ __forceinline__ void load(const char* group, int lane, Read read) {
        runs[0] = read(reinterpret_cast<const Chunk*>(group) + lane);
        runs[1] = read(reinterpret_cast<const Chunk*>(group) + 32 + lane);
    }

    /** Inputs 16j + 2t + {0, 1} and 16j + 2t + {8, 9}. */
    __device__ __forceinline__ void pair(int j, uint32_t, uint32_t& first, uint32_t& second) const {
        first = runs[j / 2].word[j % 2 * 2];
        second = runs[j / 2].word[j % 2 * 2 + 1];
    }
};

template <>
struct Fragments<Int8> {
    static constexpr int GROUP_BYTES = 512;
    Chunk run;

    template <class Read>
    __device__ __forceinline__ void load(const char* group, int lane, Read read) {
        run = read(reinterpret_cast<const Chunk*>(group) + lane);
    }

    /** Byte i of a word of biased values as a float: 2^23 + value, less what was added. Eight bits fit a bfloat16. */
    static __device__ __forceinline__ uint32_t widened(uint32_t biased, int i) {
        float exact = __uint_as_float(__byte_perm(biased, 0x4b000000u, 0x7540u | i)) - 8388736.f;
        return static_cast<uint32_t>(__float_as_int(exact));
    }

    __device__ __forceinline__ void pair(int j, uint32_t, uint32_t& first, uint32_t& second) const {
        uint32_t biased = run.word[j] ^ 0x80808080u; // value + 128
        first = __byte_perm(widened(biased, 0), widened(biased, 1), 0x7632);
        second = __byte_perm(widened(biased, 2), widened(biased, 3), 0x7632);
    }
};

template <>
struct Fragments<Int4> {
    static constexpr int GROUP_BYTES = 256;
    HalfChunk run;

    template <class Read>
    __device__ __forceinline__ void load(const char* group, int lane, Read read) {
        run = read(reinterpret_cast<const HalfChunk*>(group) + lane);
    }

    /** Nibbles 0 and 1 of a word's low byte as bfloat16 128 + n, less 136, times the group's scale. */
    static __device__ __forceinline__ uint32_t widened(uint32_t nibbles, uint32_t scales) {
        uint32_t biased = (nibbles & 0xfu) | (nibbles & 0xf0u) << 12 | 0x43004300u;
        uint32_t exact = multiply_add_pairs(biased, 0x3f803f80u, 0xc308c308u); // * 1 - 136
        return multiply_add_pairs(exact, scales, 0x80008000u);                 // * scale + -0
    }

    __device__ __forceinline__ void pair(int j, uint32_t scales, uint32_t& first, uint32_t& second) const {
        uint32_t nibbles = run.word[j / 2] >> 16 * (j % 2);
        first = widened(nibbles, scales);
        second = widened(nibbles >> 8, scales);
    }
};

/** Both halves the scale of a lane's output in this tile of inputs; nothing where weights have no group scales. */
template <class W>
__device__ __forceinline__ uint32_t scale_pair(const void* scale, int n, int kTile, int Np) {
    if (!W::GROUP_SCALES) {
        return 0;
    }
    uint32_t bits = static_cast<const bf16*>(scale)[static_cast<size_t>(kTile * TILE / Int4::GROUP) * Np + n].bits;
    return bits | bits << 16;
}
