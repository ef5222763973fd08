#include "cuda_language.h"
#include "kernels.h"

#include "log_probs.cu"
#include "sample_filtered.cu"

EXPORT(log_probs)
EXPORT(sample_filtered)
