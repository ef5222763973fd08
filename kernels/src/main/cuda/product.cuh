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

    /** Whether four neighbouring outputs from column n on are one access to y. */
    __device__ __forceinline__ bool whole(int n) const {
        return n + 4 <= N && yPitch % 4 == 0 && reinterpret_cast<size_t>(y) % 16 == 0;
    }

    /** What y holds in four neighbouring columns; zeros where it has none. */
    __device__ __forceinline__ Four stored(int row, int n) const {
        const float* from = static_cast<const float*>(y) + static_cast<size_t>(row) * yPitch + n;
        if (whole(n)) {
            return *reinterpret_cast<const Four*>(from);
        }
        Four four = {};
        for (int i = 0; i < 4; i++) {
            if (n + i < N) {
                four.of[i] = from[i];
            }
        }
        return four;
    }

    /** Writes four neighbouring outputs, as far as y has their columns. */
    __device__ __forceinline__ void store(const Four& value, int row, int n) const {
        size_t at = static_cast<size_t>(row) * yPitch + n;
        bool narrowed = epilogue == STORE_BF16 || epilogue == SWIGLU_BF16;
        if (whole(n) && narrowed) {
            HalfChunk pairs = {{pack(value.of[0], value.of[1]), pack(value.of[2], value.of[3])}};
            *reinterpret_cast<HalfChunk*>(static_cast<bf16*>(y) + at) = pairs;
        } else if (whole(n)) {
            *reinterpret_cast<Four*>(static_cast<float*>(y) + at) = value;
        } else {
            for (int i = 0; i < 4; i++) {
                if (n + i < N && narrowed) {
                    static_cast<bf16*>(y)[at + i] = narrow(value.of[i]);
                } else if (n + i < N) {
                    static_cast<float*>(y)[at + i] = value.of[i];
                }
            }
        }
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

/** What makes the sums of four neighbouring packed columns outputs; read once for all rows. */
template <bool GROUP_SCALES>
struct Finish {
    const Product& p;
    int n;
    Four scale = {};
    Four bias = {};

    __device__ __forceinline__ Finish(const Product& product, int firstColumn) : p(product), n(firstColumn) {
        for (int i = 0; i < 4; i++) {
            if (!GROUP_SCALES && p.scale != nullptr) {
                scale.of[i] = static_cast<const float*>(p.scale)[n + i];
            }
            if (p.bias != nullptr) {
                bias.of[i] = p.bias[n + i];
            }
        }
    }

    /** Does what Product::finish does, to four sums of a row. */
    __device__ __forceinline__ Four operator()(Four value, int row) const {
        bool adds = p.addend != nullptr && row >= p.firstAddend;
        Four addend = {};
        if (adds) {
            addend = *reinterpret_cast<const Four*>(p.addend + static_cast<size_t>(row - p.firstAddend) * p.Np + n);
        }
#pragma unroll
        for (int i = 0; i < 4; i++) {
            if (!GROUP_SCALES && p.scale != nullptr) {
                value.of[i] = value.of[i] * scale.of[i];
            }
            if (p.bias != nullptr) {
                value.of[i] = value.of[i] + bias.of[i];
            }
            if (adds) {
                value.of[i] = value.of[i] + addend.of[i];
            }
        }
        return value;
    }
};

/** A kernel with the parameters of a product; bounds are those of __launch_bounds__, in parentheses. */
#define PRODUCT_KERNEL(name, bounds, body)                                                                             \
    extern "C" __global__ void __launch_bounds__ bounds name(void* y, const void* x, const void* w, const void* scale, \
                                                             const float* bias, const float* addend, float* partials,  \
                                                             int* tickets, int epilogue, int M, int N, int Np, int K,  \
                                                             int yPitch, int xPitch, int firstAddend) {                \
        Product product{y,        x, w, scale, bias, addend, partials, tickets,                                        \
                        epilogue, M, N, Np,    K,    yPitch, xPitch,   firstAddend};                                   \
        body(product);                                                                                                 \
    }
