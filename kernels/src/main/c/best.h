/*
 * best: the id of the highest score of a row, the lowest one in a tie
 *
 *   name    shape    dtype  meaning
 *   scores  [count]  f32    negative infinity where an id must not be taken
 *
 * Numerics  -1 if a score is NaN or positive infinity, or if none is finite.
 * Oracle    TokenSampler.best.
 * Cost      scores are read once from memory, and once more from the cache as far as the best one.
 */
#include "vector.h"

static int best(const float* scores, int count) {
    const float infinity = __builtin_inff();
    float highest = -infinity;
    int numbers = 1, i = 0;
#if LANES > 1
    vf highs = vf_all(-infinity);
    vi low = (vi)(highs == highs); /* all bits set where each score so far is a number below infinity */
    for (; i + LANES <= count; i += LANES) {
        vf score = vf_load(scores + i);
        low &= (vi)(score < vf_all(infinity));
        highs = vf_max(score, highs);
    }
    for (int lane = 0; lane < LANES; lane++) {
        numbers &= low[lane] & 1;
        highest = highs[lane] > highest ? highs[lane] : highest;
    }
#endif
    for (; i < count; i++) {
        numbers &= scores[i] < infinity;
        highest = scores[i] > highest ? scores[i] : highest;
    }
    if (!numbers || highest == -infinity) {
        return -1;
    }
    int id = 0;
    while (scores[id] != highest) {
        id++;
    }
    return id;
}
