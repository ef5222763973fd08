#include "cuda_language.h"
#include "kernels.h"

#include "linear_tile.cu"

#define EXPORT_TYPES(name) EXPORT(name##_bf16) EXPORT(name##_int8) EXPORT(name##_int4)

EXPORT_TYPES(linear_tile16)
EXPORT_TYPES(linear_tile32)
EXPORT_TYPES(linear_tile80)
EXPORT_TYPES(linear_tile128)
EXPORT_TYPES(linear_tile144)
