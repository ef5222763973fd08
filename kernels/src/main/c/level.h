/*
 * The functions of one level. A level's file includes its dot_*.h and then this one, with LEVEL_TABLE as the name of its
 * table, and is compiled with the flags of its instruction sets. Everything but the table is static, so that no code of
 * a level is ever called from another.
 */
#include "attention.h"
#include "best.h"
#include "mix.h"
#include "pack.h"
#include "product.h"
#include "quantize.h"
#include "rms_norm.h"
#include "rotate_store.h"

const struct Kernels LEVEL_TABLE = {
    .panelBytes = panelBytes,
    .packPanel = packPanel,
    .readRow = readRow,
    .quantizedBytes = quantizedBytes,
    .quantize = quantize,
    .productScratch = productScratch,
    .product = product,
    .rmsNorm = rmsNorm,
    .rotateAndStore = rotateAndStore,
    .attentionScratch = attentionScratch,
    .attend = attend,
    .mix = mix,
    .best = best,
};
