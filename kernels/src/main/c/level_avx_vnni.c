/* AVX-VNNI, the VEX encoding of VNNI: 256 bits, on processors without AVX-512. */
#define LEVEL_TABLE kernels_avx_vnni
#include "dot_vnni.h"
#include "level.h"
