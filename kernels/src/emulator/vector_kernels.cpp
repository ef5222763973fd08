#include "cuda_language.h"
#include "kernels.h"

#include "linear_vector.cu"
#include "pick_vector.cu"

#define EXPORT_TYPES(name) EXPORT(name##_bf16) EXPORT(name##_int8) EXPORT(name##_int4)

EXPORT_TYPES(linear_vector1)
EXPORT_TYPES(linear_vector4)
EXPORT_TYPES(linear_vector8)
EXPORT_TYPES(pick_vector1)
EXPORT_TYPES(pick_vector8)
