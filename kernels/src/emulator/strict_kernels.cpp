#include "cuda_language.h"
#include "kernels.h"

#include "accept_drafts.cu"
#include "attention_strict.cu"
#include "convert.cu"
#include "embed.cu"
#include "gather_rows.cu"
#include "linear_strict.cu"
#include "mix.cu"
#include "pack.cu"
#include "random_weights.cu"
#include "rms_norm.cu"
#include "rotate_store.cu"
#include "sample_strict.cu"

EXPORT(accept_drafts)
EXPORT(attention_strict_f32)
EXPORT(attention_strict_bf16)
EXPORT(to_bf16)
EXPORT(to_f32)
EXPORT(embed_f32)
EXPORT(embed_bf16)
EXPORT(embed_int8)
EXPORT(embed_int4)
EXPORT(gather_rows_f32)
EXPORT(linear_strict_f32)
EXPORT(linear_strict_bf16)
EXPORT(linear_strict_int8)
EXPORT(linear_strict_int4)
EXPORT(mix_f32)
EXPORT(mixed_rows)
EXPORT(pack_f32)
EXPORT(pack_bf16)
EXPORT(pack_int8)
EXPORT(pack_int4)
EXPORT(sample_strict_f32)
EXPORT(sample_strict_bf16)
EXPORT(sample_strict_int8)
EXPORT(sample_strict_int4)
EXPORT(sample_best)
EXPORT(random_f32)
EXPORT(random_bf16)
EXPORT(random_int8)
EXPORT(random_int4)
EXPORT(rms_norm_f32)
EXPORT(rms_norm_bf16)
EXPORT(rotate_store_f32)
EXPORT(rotate_store_bf16)
