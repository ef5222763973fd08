/* The parameters that the kernels of the head share, which sample without writing logits. */
#pragma once

#include "candidates.cuh"
#include "product.cuh"

/** A kernel that multiplies with the head and keeps the best token of its columns. */
#define SAMPLE_KERNEL(name, threads, body)                                                                             \
    extern "C" __global__ void __launch_bounds__(threads)                                                              \
        name(Candidate* best, const void* x, const void* w, const void* scale, const float* bias,                      \
             const uint32_t* banned, const int* rowNumbers, const StepRow* rows, const StepSequence* sequences, int M, \
             int N, int Np, int K, int xPitch) {                                                                       \
        Product product{nullptr, x, w, scale, bias, nullptr, nullptr, nullptr, STORE, M, N, Np, K, 0, xPitch, M};      \
        HeadSampling sampling{best, banned, rowNumbers, rows, sequences, M, N};                                        \
        body(product, sampling);                                                                                       \
    }
