#include "cuda_language.h"
#include "kernels.h"

#include "attention.cu"

EXPORT(attention_bf16_64)
EXPORT(attention_bf16_128)
EXPORT(attention_merge_bf16_64)
EXPORT(attention_merge_bf16_128)
