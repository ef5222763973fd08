/*
 * Plain C: the twin of all other levels. On x86-64 it needs AVX2 and FMA like the lowest of them; on arm64, where it
 * also serves the processors without a dot product, all but the integer products are vectors of NEON.
 */
#if !defined(__aarch64__)
#define PLAIN_VECTORS
#endif
#define LEVEL_TABLE kernels_plain
#include "dot_plain.h"
#include "level.h"
