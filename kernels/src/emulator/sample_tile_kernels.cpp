#include "cuda_language.h"
#include "kernels.h"

#include "sample_tile.cu"

#define EXPORT_TYPES(name) EXPORT(name##_bf16) EXPORT(name##_int8) EXPORT(name##_int4)

EXPORT_TYPES(sample_tile16)
EXPORT_TYPES(sample_tile32)
EXPORT_TYPES(sample_tile80)
