/*
 * embed_<w>:  y[m, :] = table[token(m), :]
 *
 *   name   shape        dtype     meaning
 *   y      [M, H]       f32       written
 *   table  [Np, H]      w         packed as weights.cuh says; w one of f32, bf16, int8, int4
 *   scale  see there    see there null for f32 and bf16
 *   rows   [M]          StepRow   tokens in [0, rows of the table)
 *   H      scalar       i32       hidden size in elements
 *   Np     scalar       i32       padded rows of the table
 *   times  scalar       f32       factor of every element
 *
 * Launch    grid M, block 128.
 * Numerics  strict: elements as stored, int8 and int4 times their scale, one rounding; then times the factor, rounded.
 * Oracle    RowOperations.embed, bit for bit.
 * Cost      Bytes of M table rows read, 4*M*H written.
 * Source    none
 */
#include "weights.cuh"

template <class W>
__device__ __forceinline__ void embed(float* y, const void* table, const void* scale, const StepRow* rows, int H,
                                      int Np, float times) {
    int token = rows[blockIdx.x].token;
    float factor = !W::GROUP_SCALES && scale != nullptr ? static_cast<const float*>(scale)[token] : 1.f;
    for (int h = threadIdx.x; h < H; h += blockDim.x) {
        float value = W::read(table, token, h, tiles_of(H));
        if (W::GROUP_SCALES) {
            factor = group_scale(scale, token, h, Np);
        }
        y[static_cast<size_t>(blockIdx.x) * H + h] = value * factor * times;
    }
}

#define EMBED(name, W)                                                                                          \
    extern "C" __global__ void __launch_bounds__(128)                                                           \
        name(float* y, const void* table, const void* scale, const StepRow* rows, int H, int Np, float times) { \
        embed<W>(y, table, scale, rows, H, Np, times);                                                          \
    }

EMBED(embed_f32, F32)
EMBED(embed_bf16, Bf16)
EMBED(embed_int8, Int8)
EMBED(embed_int4, Int4)
