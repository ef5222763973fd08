/* AVX2 and FMA. */
#define LEVEL_TABLE kernels_avx2
#include "dot_avx2.h"
#include "level.h"
