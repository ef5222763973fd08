#include "cuda_language.h"
#include "kernels.h"

#include "log_probs.cu"
#include "pick_ruled.cu"

EXPORT(log_probs)
EXPORT(pick_ruled)
