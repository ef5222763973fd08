/* arm64 with the integer matrix product of Armv8.6. */
#define LEVEL_TABLE kernels_i8mm
#include "dot_i8mm.h"
#include "level.h"
