/*
 * Integer products in plain C. A group of a panel is [64 inputs][32 outputs], a quantised row holds int8.
 */
#include "vector.h"

typedef int8_t rounded;
#define STEP 1         /* neighbouring inputs that stand together for one output */
#define UNSIGNED_BIT 0 /* what packed weights are combined with by exclusive or */
#define DOT_ROWS 4     /* the most rows of a tile */

INLINE void group_tile(const int height, float* sums, const uint8_t* group, const uint8_t* rows, size_t rowBytes,
                       const float* scales, const int32_t* starts) {
    (void)starts;
    for (int r = 0; r < height; r++) {
        const int8_t* q = (const int8_t*)(rows + r * rowBytes);
        const float scale = *(const float*)((const uint8_t*)scales + r * rowBytes);
        for (int half = 0; half < PANEL; half += HALF) {
            const int8_t* w = (const int8_t*)group + half * GROUP;
            int32_t sum[HALF] = {0};
            for (int k = 0; k < GROUP; k++) {
                for (int n = 0; n < HALF; n++) {
                    sum[n] += q[k] * w[k * HALF + n];
                }
            }
            for (int n = 0; n < HALF; n++) {
                float* to = sums + r * PANEL + half + n;
                *to = __builtin_fmaf((float)sum[n], scale, *to);
            }
        }
    }
}
