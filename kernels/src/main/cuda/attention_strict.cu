/*
 * attention_strict_<kv>:  out[m, h, :] = softmax(q[m, h] * keys^T * scale) * values, over the keys that row m sees
 *
 *   name         shape                                          dtype    meaning
 *   out          [M, heads, headDim]                            f32      written; zero where a row sees nothing
 *   qkv          [M, heads + 2 * kvHeads, headDim]              f32      as rotate_store left it
 *   kv           [blocks][K, V][kvHeads][blockTokens][headDim]  kv       cache of this layer, f32 or bf16
 *   rows         [M]                                            StepRow  sequence, visible, group
 *   tables       [S, tableStride]                               i32      blocks of each sequence in position order
 *   tableStride  scalar                                         i32
 *   headDim      scalar                                         i32      even, at most 256
 *   scale        scalar                                         f32      1 / sqrt(headDim), rounded once
 *   window       scalar                                         i32      a row sees no cached key before position + 1
 *                                                                        - window
 *
 * Launch    grid (M, heads), block 128.
 * Numerics  strict: one chain for a score, one for each element of the result over ascending keys; the weights of a row
 *           are added in 16 interleaved sums and a tree. Keys lie at absolute positions, so the bits of a row depend on
 *           what it sees alone: a key before its window has weight 0.
 * Oracle    dev.tidar.backend.cpu.Attention, bit for bit.
 * Cost      scores are computed twice; keys are read from the cache for every row. Not for speed.
 * Source    none
 * Mask      columns are keys; every row sees the first `visible` cached keys, from its window on, and a drafting row
 *           also its own group:
 *
 *                        P   d1  d2 | a1  a2 | b1  b2
 *            verify d1   x   x      |        |            visible P + 1
 *            verify d2   x   x   x  |        |            visible P + 2
 *            masks a     x   x      | x   x  |            visible P + 1, group a: as if one row is kept
 *            masks b     x   x   x  |        | x   x      visible P + 2, group b: as if two are
 */
#include "exponential.cuh"

namespace strict_attention {

constexpr int THREADS = 128;
constexpr int LARGEST_HEAD = 256;

struct AttentionStorage {
    float query[LARGEST_HEAD];
    float weights[THREADS];
    float maxima[THREADS];
    float sums[16];
};

__device__ __forceinline__ float get(const float* at) { return *at; }
__device__ __forceinline__ float get(const bf16* at) { return widen(*at); }

/** Where the keys and values of one sequence, KV head and step are. */
template <class T>
struct Keys {
    const T* kv;
    const int* table;
    int kvHead, kvHeads, blockTokens, headDim;

    __device__ __forceinline__ const T* cached(int position, int isValue) const {
        size_t block = static_cast<size_t>(table[position / blockTokens]) * 2 + isValue;
        return kv + ((block * kvHeads + kvHead) * blockTokens + position % blockTokens) * headDim;
    }
};

template <class T>
__device__ __forceinline__ float score(const AttentionStorage& shared, const T* key, int headDim, float scale) {
    float sum = 0.f;
    for (int d = 0; d < headDim; d++) {
        sum = fmaf(shared.query[d], get(key + d), sum);
    }
    return sum * scale;
}

/** Weights of up to 128 keys from `first` on, 0 below `lowest`, their part of the 16 sums, and of the result. */
template <class KeyAt, class ValueAt>
__device__ __forceinline__ void weigh(AttentionStorage& shared, float (&out)[2], int first, int lowest, int count,
                                      int laneStride, float largest, float scale, int headDim, KeyAt keyAt,
                                      ValueAt valueAt) {
    __syncthreads();
    int own = first + threadIdx.x;
    if (own < count) {
        shared.weights[threadIdx.x] =
            own < lowest ? 0.f : exponential(score(shared, keyAt(own), headDim, scale) - largest);
    }
    __syncthreads();
    int here = min(THREADS, count - first);
    if (threadIdx.x < 16) {
        bool whole = laneStride % 16 == 0; // blocks of whole tiles, as a rule: lane i is key i, i + 16, ...
        float sum = shared.sums[threadIdx.x];
        for (int i = whole ? threadIdx.x : 0; i < here; i += whole ? 16 : 1) {
            if (whole || (first + i) % laneStride % 16 == static_cast<int>(threadIdx.x)) {
                sum += shared.weights[i];
            }
        }
        shared.sums[threadIdx.x] = sum;
    }
#pragma unroll
    for (int part = 0; part < 2; part++) {
        int d = threadIdx.x + part * THREADS;
        if (d < headDim) {
            for (int i = 0; i < here; i++) {
                out[part] = fmaf(shared.weights[i], get(valueAt(first + i) + d), out[part]);
            }
        }
    }
}

template <class T>
__device__ __forceinline__ void attend(float* out, const float* qkv, const T* kv, const StepRow* rows,
                                       const int* tables, int tableStride, int heads, int kvHeads, int headDim,
                                       int blockTokens, float scale, int window) {
    SHARED(AttentionStorage, shared);
    StepRow row = rows[blockIdx.x];
    int head = blockIdx.y;
    int kvHead = head / (heads / kvHeads);
    int columns = (heads + 2 * kvHeads) * headDim;
    float* to = out + (static_cast<size_t>(blockIdx.x) * heads + head) * headDim;
    Keys<T> keys{kv, tables + static_cast<size_t>(row.sequence) * tableStride, kvHead, kvHeads, blockTokens, headDim};
    const float* fresh = qkv + static_cast<size_t>(row.groupFirst) * columns + (heads + kvHead) * headDim;
    int group = row.groupEnd - row.groupFirst;
    int lowest = first_seen(row.position, window);

    for (int d = threadIdx.x; d < headDim; d += THREADS) {
        shared.query[d] = qkv[static_cast<size_t>(blockIdx.x) * columns + head * headDim + d];
    }
    if (threadIdx.x < 16) {
        shared.sums[threadIdx.x] = 0.f;
    }
    __syncthreads();

    float largest = -INFINITE;
    for (int i = lowest + threadIdx.x; i < row.visible; i += THREADS) {
        float s = score(shared, keys.cached(i, 0), headDim, scale);
        largest = s > largest ? s : largest;
    }
    for (int i = threadIdx.x; i < group; i += THREADS) {
        float s = score(shared, fresh + static_cast<size_t>(i) * columns, headDim, scale);
        largest = s > largest ? s : largest;
    }
    shared.maxima[threadIdx.x] = largest;
    __syncthreads();
    for (int i = 0; i < min(THREADS, max(row.visible, group)); i++) {
        largest = shared.maxima[i] > largest ? shared.maxima[i] : largest;
    }

    float sums[2] = {0.f, 0.f};
    for (int first = lowest / THREADS * THREADS; first < row.visible; first += THREADS) {
        weigh(
            shared, sums, first, lowest, row.visible, blockTokens, largest, scale, headDim,
            [&](int i) { return keys.cached(i, 0); }, [&](int i) { return keys.cached(i, 1); });
    }
    for (int first = 0; first < group; first += THREADS) {
        weigh(
            shared, sums, first, 0, group, 16, largest, scale, headDim,
            [&](int i) { return fresh + static_cast<size_t>(i) * columns; },
            [&](int i) { return fresh + static_cast<size_t>(i) * columns + kvHeads * headDim; });
    }
    __syncthreads();
    float tree[16];
    for (int t = 0; t < 16; t++) {
        tree[t] = shared.sums[t];
    }
#pragma unroll
    for (int half = 8; half > 0; half /= 2) {
        for (int t = 0; t < half; t++) {
            tree[t] += tree[t + half];
        }
    }
    float inverse = row.visible + group == 0 ? 0.f : 1.f / tree[0];
#pragma unroll
    for (int part = 0; part < 2; part++) {
        int d = threadIdx.x + part * THREADS;
        if (d < headDim) {
            to[d] = sums[part] * inverse;
        }
    }
}

} // namespace strict_attention

extern "C" __global__ void __launch_bounds__(128)
    attention_strict_f32(float* out, const float* qkv, const float* kv, const StepRow* rows, const int* tables,
                         int tableStride, int heads, int kvHeads, int headDim, int blockTokens, float scale,
                         int window) {
    strict_attention::attend(out, qkv, kv, rows, tables, tableStride, heads, kvHeads, headDim, blockTokens, scale,
                             window);
}

extern "C" __global__ void __launch_bounds__(128)
    attention_strict_bf16(float* out, const float* qkv, const bf16* kv, const StepRow* rows, const int* tables,
                          int tableStride, int heads, int kvHeads, int headDim, int blockTokens, float scale,
                          int window) {
    strict_attention::attend(out, qkv, kv, rows, tables, tableStride, heads, kvHeads, headDim, blockTokens, scale,
                             window);
}
