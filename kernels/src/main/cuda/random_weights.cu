/*
 * random_<w>:  weights for benchmarks, made on the device
 *
 *   name      shape       dtype  meaning
 *   w         [elements]  w      written, in whatever order it is packed; int4: elements / 2 bytes
 *   elements  scalar      i64    even
 *   seed      scalar      u64
 *   range     scalar      f32    f32 and bf16: uniform in [-range, range); int8, int4: all values alike
 *
 * Launch    grid 1024, block 256.
 * Numerics  element i depends on (seed, i) alone.
 * Oracle    none: nothing but speed is measured with them.
 * Cost      memory-bound.
 * Source    Philox4x32-10, as in noise.cuh.
 */
#include "noise.cuh"
#include "weights.cuh"

__device__ __forceinline__ uint32_t random_word(uint64_t seed, long long i) {
    return noise::word(seed, static_cast<int>(i >> 32), static_cast<int>(i));
}

__device__ __forceinline__ float random_uniform(uint64_t seed, long long i, float range) {
    return (static_cast<float>(random_word(seed, i) >> 8) * 0x1p-23f - 1) * range;
}

#define EACH_ELEMENT(i, count) \
    for (long long i = static_cast<long long>(blockIdx.x) * 256 + threadIdx.x; i < (count); i += 1024LL * 256)

extern "C" __global__ void __launch_bounds__(256) random_f32(float* w, long long elements, uint64_t seed, float range) {
    EACH_ELEMENT(i, elements) { w[i] = random_uniform(seed, i, range); }
}

extern "C" __global__ void __launch_bounds__(256) random_bf16(bf16* w, long long elements, uint64_t seed, float range) {
    EACH_ELEMENT(i, elements) { w[i] = narrow(random_uniform(seed, i, range)); }
}

extern "C" __global__ void __launch_bounds__(256)
    random_int8(signed char* w, long long elements, uint64_t seed, float) {
    EACH_ELEMENT(i, elements) { w[i] = static_cast<signed char>(random_word(seed, i)); }
}

extern "C" __global__ void __launch_bounds__(256)
    random_int4(unsigned char* w, long long elements, uint64_t seed, float) {
    EACH_ELEMENT(i, elements / 2) { w[i] = static_cast<unsigned char>(random_word(seed, i)); }
}
