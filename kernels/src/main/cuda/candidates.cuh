/*
 * Sampling one token from a row of scores, whatever the order in which they are looked at:
 * dev.tidar.sampling.TokenSampler for rows that have nothing but temperature and seed.
 */
#pragma once

#include "noise.cuh"

/** Parameters of a kernel that samples from the head, as the header of sample_strict.cu describes them. */
struct HeadSampling {
    Candidate* best;
    const uint32_t* banned;
    const int* rowNumbers;
    const StepRow* rows;
    const StepSequence* sequences;
    int M, N;
};

/** How the token of one row is sampled where temperature and seed are all there is. */
struct PlainSampling {
    uint64_t seed;
    float inverse;
    int position;
    bool greedy;
};

__device__ __forceinline__ Candidate no_candidate() { return {-INFINITE, NONE}; }

/** How row i of h is sampled; a row that does not exist is greedy, and sample_best leaves it out. */
__device__ __forceinline__ PlainSampling plain_sampling(const HeadSampling& p, int i) {
    int number = i < p.M ? p.rowNumbers[i] : NONE;
    if (number == NONE) {
        return {0, 1.f, 0, true};
    }
    StepRow row = p.rows[number];
    const StepSequence& sequence = p.sequences[row.sequence];
    return {sequence.seed, sequence.inverseTemperature, row.decides, sequence.temperature == 0};
}

/** The better of two: NOT_A_NUMBER wins, so that it is seen; then the higher score; then the lower id. */
__device__ __forceinline__ Candidate better(Candidate a, Candidate b) {
    if (a.token == NOT_A_NUMBER || b.token == NONE) {
        return a;
    }
    if (b.token == NOT_A_NUMBER || a.token == NONE) {
        return b;
    }
    return b.score > a.score || (b.score == a.score && b.token < a.token) ? b : a;
}

/** The best of a warp, the same in all lanes. */
__device__ __forceinline__ Candidate best_of_warp(Candidate own) {
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) {
        Candidate other{__shfl_xor_sync(ALL_LANES, own.score, mask), __shfl_xor_sync(ALL_LANES, own.token, mask)};
        own = better(own, other);
    }
    return own;
}

/** The better of the best so far and one more token. A token that could not win with the largest noise gets none. */
__device__ __forceinline__ Candidate consider(Candidate best, const HeadSampling& p, const PlainSampling& how,
                                              float logit, int token) {
    if (token >= p.N || (p.banned[token / 32] >> token % 32 & 1) != 0) {
        return best;
    }
    if (!(logit < INFINITE)) {
        return {0, NOT_A_NUMBER};
    }
    if (logit == -INFINITE) {
        return best;
    }
    if (how.greedy) {
        return better(best, {logit, token});
    }
    float score = logit * how.inverse;
    if (score + noise::LARGEST < best.score) {
        return best;
    }
    return better(best, {score + noise::gumbel(how.seed, how.position, token), token});
}
