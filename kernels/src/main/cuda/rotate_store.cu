/*
 * rotate_store_<kv>:  normalises and rotates each query and key head in place, scales queries; stores keys and values
 *
 *   name         shape                                         dtype    meaning
 *   qkv          [M, heads + 2 * kvHeads, headDim]             f32      query heads, key heads, value heads; in place
 *   queryGain    [headDim]                                     f32      RMSNorm of each query head (Qwen3), or null
 *   keyGain      [headDim]                                     f32      the same for key heads
 *   cosines      [positions, headDim / 2]                      f32      table of RoPE
 *   sines        [positions, headDim / 2]                      f32
 *   queryScales  [positions]                                   f32      of each query, or null
 *   kv           [blocks][K, V][kvHeads][blockTokens][headDim] kv       cache of this layer, f32 or bf16
 *   rows         [M]                                           StepRow  position, slot; slot NONE stores nothing
 *   blockTokens  scalar                                        i32      token slots of a cache block
 *   eps          scalar                                        f32      of the norms
 *
 * Launch    grid (M, ceil((heads + 2 * kvHeads) / 4)), block 128: a warp a head.
 * Numerics  strict. Half-split pairs (i, i + headDim / 2); two products and a sum, each rounded; then the scale. bf16
 *           rounds to nearest even.
 * Oracle    RowOperations.rotateAndStore, bit for bit.
 * Cost      About 8 bytes an element of qkv. Memory-bound.
 * Source    RoPE: Su et al. 2021, arXiv:2104.09864, in the half-split form of Llama.
 */
#include "norm.cuh"

__device__ __forceinline__ void put(float* to, float value) { *to = value; }
__device__ __forceinline__ void put(bf16* to, float value) { *to = narrow(value); }

template <class T>
__device__ __forceinline__ void rotate_store(float* qkv, const float* queryGain, const float* keyGain,
                                             const float* cosines, const float* sines, const float* queryScales, T* kv,
                                             const StepRow* rows, int heads, int kvHeads, int headDim, int blockTokens,
                                             float eps) {
    int head = blockIdx.y * 4 + threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    if (head >= heads + 2 * kvHeads) {
        return;
    }
    StepRow row = rows[blockIdx.x];
    float* x = qkv + (static_cast<size_t>(blockIdx.x) * (heads + 2 * kvHeads) + head) * headDim;
    bool isValue = head >= heads + kvHeads;
    if (!isValue) {
        const float* gain = head < heads ? queryGain : keyGain;
        float factor = gain == nullptr ? 1.f : strict_norm_factor(x, headDim, eps);
        int half = headDim / 2;
        float times = head < heads && queryScales != nullptr ? queryScales[row.position] : 1.f;
        for (int i = lane; i < half; i += 32) {
            float first = x[i];
            float second = x[i + half];
            if (gain != nullptr) {
                first = first * factor * gain[i];
                second = second * factor * gain[i + half];
            }
            float cosine = cosines[static_cast<size_t>(row.position) * half + i];
            float sine = sines[static_cast<size_t>(row.position) * half + i];
            x[i] = (first * cosine - second * sine) * times;
            x[i + half] = (second * cosine + first * sine) * times;
        }
        __syncwarp();
    }
    if (head < heads || row.slot == NONE) {
        return;
    }
    int kvHead = isValue ? head - heads - kvHeads : head - heads;
    size_t block = static_cast<size_t>(row.slot / blockTokens) * 2 + (isValue ? 1 : 0);
    T* to = kv + ((block * kvHeads + kvHead) * blockTokens + row.slot % blockTokens) * headDim;
    for (int d = lane; d < headDim; d += 32) {
        put(to + d, x[d]);
    }
}

extern "C" __global__ void __launch_bounds__(128)
    rotate_store_f32(float* qkv, const float* queryGain, const float* keyGain, const float* cosines, const float* sines,
                     const float* queryScales, float* kv, const StepRow* rows, int heads, int kvHeads, int headDim,
                     int blockTokens, float eps) {
    rotate_store(qkv, queryGain, keyGain, cosines, sines, queryScales, kv, rows, heads, kvHeads, headDim, blockTokens,
                 eps);
}

extern "C" __global__ void __launch_bounds__(128)
    rotate_store_bf16(float* qkv, const float* queryGain, const float* keyGain, const float* cosines,
                      const float* sines, const float* queryScales, bf16* kv, const StepRow* rows, int heads,
                      int kvHeads, int headDim, int blockTokens, float eps) {
    rotate_store(qkv, queryGain, keyGain, cosines, sines, queryScales, kv, rows, heads, kvHeads, headDim, blockTokens,
                 eps);
}
