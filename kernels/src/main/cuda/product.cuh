/* What all products share: their parameters, and what becomes of a finished sum. */
#pragma once

#include "exponential.cuh"
#include "weights.cuh"

/** Parameters of a linear kernel, as the headers of linear_*.cu describe them. */
struct Product {
    void* y;
    const void* x;
    const void* w;
    const void* scale;
    const float* bias;
    const float* addend;
    float* partials;
    int* tickets;
    int epilogue;
    int M, N, Np, K, yPitch, xPitch, firstAddend;

    /** A sum over the inputs made an output of packed column n: scale, bias, what the draft adapter adds. */
    template <bool GROUP_SCALES>
    __device__ __forceinline__ float finish(float sum, int row, int n) const {
        float value = sum;
        if (!GROUP_SCALES && scale != nullptr) {
            value = value * static_cast<const float*>(scale)[n];
        }
        if (bias != nullptr) {
            value = value + bias[n];
        }
        if (addend != nullptr && row >= firstAddend) {
            value = value + addend[static_cast<size_t>(row - firstAddend) * Np + n];
        }
        return value;
    }

    __device__ __forceinline__ bool gated() const { return epilogue >= SWIGLU; }

    /** Writes a finished output, not of a gated matrix. */
    __device__ __forceinline__ void store(float value, int row, int n) const {
        if (row >= M || n >= N) {
            return;
        }
        size_t at = static_cast<size_t>(row) * yPitch + n;
        if (epilogue == STORE_BF16) {
            static_cast<bf16*>(y)[at] = narrow(value);
        } else {
            float* to = static_cast<float*>(y) + at;
            *to = epilogue == ADD ? *to + value : value;
        }
    }

    /** Writes an output of a gated matrix; n is the packed column of its gate. */
    __device__ __forceinline__ void store_gated(float gate, float up, int row, int n) const {
        int column = n / 16 * 8 + n % 8;
        if (row >= M || column >= N) {
            return;
        }
        float value = swish_gate(gate, up);
        size_t at = static_cast<size_t>(row) * yPitch + column;
        if (epilogue == SWIGLU_BF16) {
            static_cast<bf16*>(y)[at] = narrow(value);
        } else {
            static_cast<float*>(y)[at] = value;
        }
    }
};

/** A kernel with the parameters of a product. */
#define PRODUCT_KERNEL(name, threads, body)                                                                    \
    extern "C" __global__ void __launch_bounds__(threads)                                                      \
        name(void* y, const void* x, const void* w, const void* scale, const float* bias, const float* addend, \
             float* partials, int* tickets, int epilogue, int M, int N, int Np, int K, int yPitch, int xPitch, \
             int firstAddend) {                                                                                \
        Product product{y,        x, w, scale, bias, addend, partials, tickets,                                \
                        epilogue, M, N, Np,    K,    yPitch, xPitch,   firstAddend};                           \
        body(product);                                                                                         \
    }
