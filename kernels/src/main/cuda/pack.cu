/*
 * pack_<w>:  rows of a matrix as a checkpoint stores them, into the order of weights.cuh
 *
 *   name         shape           dtype  meaning
 *   w            [Np/64][Kp/64]  w      tiles; zeroed before the first call
 *   source       [count, K]      w      row-major; f32 for pack_int4, which quantises
 *   scales       [ceil(Kp/128)][Np]  bf16   pack_int4 only: written; others get theirs from the host
 *   count        scalar          i32    rows of this call: the grid
 *   firstPacked  scalar          i32    packed row of the first; in turns counted in outputs of one half
 *   turn         scalar          i32    0: rows follow each other; 1: gate, 2: up of a gated matrix, in turns of 8
 *                                       (firstPacked a multiple of 8 then)
 *
 * Launch    grid count, block 128.
 * Numerics  a copy. pack_int4: scale = max |w| / 7 over 128 inputs, rounded to bf16; values rint(w / scale) in [-8, 7].
 * Oracle    the definition above, in the self-test.
 * Cost      reads and writes each weight once; at load only.
 * Source    none
 */
#include "weights.cuh"

__device__ __forceinline__ int packed_row(int row, int firstPacked, int turn) {
    int at = firstPacked + row;
    return turn == 0 ? at : at / 8 * 16 + at % 8 + (turn == 2 ? 8 : 0);
}

template <class T, int C>
__device__ __forceinline__ void pack_row(T* w, const T* source, int K, int firstPacked, int turn) {
    int n = packed_row(blockIdx.x, firstPacked, turn);
    for (int k = threadIdx.x; k < K; k += blockDim.x) {
        w[packed_at<C>(n, k, tiles_of(K))] = source[static_cast<size_t>(blockIdx.x) * K + k];
    }
}

extern "C" __global__ void __launch_bounds__(128)
    pack_f32(float* w, const float* source, int, int K, int firstPacked, int turn) {
    pack_row<float, F32::C>(w, source, K, firstPacked, turn);
}

extern "C" __global__ void __launch_bounds__(128)
    pack_bf16(bf16* w, const bf16* source, int, int K, int firstPacked, int turn) {
    pack_row<bf16, Bf16::C>(w, source, K, firstPacked, turn);
}

extern "C" __global__ void __launch_bounds__(128)
    pack_int8(signed char* w, const signed char* source, int, int K, int firstPacked, int turn) {
    pack_row<signed char, Int8::C>(w, source, K, firstPacked, turn);
}

/** One thread quantises a group of 128, two neighbouring inputs to a byte. */
extern "C" __global__ void __launch_bounds__(128)
    pack_int4(unsigned char* w, bf16* scales, const float* source, int, int K, int Np, int firstPacked, int turn) {
    int n = packed_row(blockIdx.x, firstPacked, turn);
    const float* row = source + static_cast<size_t>(blockIdx.x) * K;
    for (int first = threadIdx.x * Int4::GROUP; first < K; first += blockDim.x * Int4::GROUP) {
        int end = min(K, first + Int4::GROUP);
        float largest = 0.f;
        for (int k = first; k < end; k++) {
            largest = fmaxf(largest, fabsf(row[k]));
        }
        bf16 rounded = narrow(largest / 7);
        float scale = widen(rounded);
        scales[static_cast<size_t>(first / Int4::GROUP) * Np + n] = rounded;
        for (int k = first; k < first + Int4::GROUP && k < tiles_of(K) * TILE; k += 2) {
            int pair = 0;
            for (int i = 0; i < 2; i++) {
                float value = k + i < K && scale > 0 ? rintf(row[k + i] / scale) : 0.f;
                pair |= (static_cast<int>(fminf(fmaxf(value, -8.f), 7.f)) + 8) << 4 * i;
            }
            w[packed_at<Int4::C>(n, k, tiles_of(K)) / 2] = static_cast<unsigned char>(pair);
        }
    }
}
