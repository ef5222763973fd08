/* The parameters that all pick kernels share. */
#pragma once

#include "candidates.cuh"
#include "product.cuh"

/** A kernel with the parameters of a pick. */
#define PICK_KERNEL(name, threads, body)                                                                            \
    extern "C" __global__ void __launch_bounds__(threads)                                                           \
        name(Candidate* best, const void* x, const void* w, const void* scale, const float* bias,                   \
             const uint32_t* unpickable, const int* rowNumbers, const StepRow* rows, const StepSequence* sequences, \
             int M, int N, int Np, int K, int xPitch) {                                                             \
        Product product{nullptr, x, w, scale, bias, nullptr, nullptr, nullptr, STORE, M, N, Np, K, 0, xPitch, M};   \
        Picking picking{best, unpickable, rowNumbers, rows, sequences, M, N};                                       \
        body(product, picking);                                                                                     \
    }
