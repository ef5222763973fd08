/* arm64 with the dot product of Armv8.2. */
#define LEVEL_TABLE kernels_dotprod
#include "dot_dotprod.h"
#include "level.h"
