/* AVX-512 with VNNI. */
#define LEVEL_TABLE kernels_avx512_vnni
#include "dot_vnni.h"
#include "level.h"
