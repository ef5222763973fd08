/*
 * Bias, penalties, banned and allowed tokens: how they change the scores of a row before a token is sampled, as
 * dev.tidar.sampling.TokenSampler does.
 */
#pragma once

#include "logits.cuh"

namespace filtered_sampling {

using one_row::THREADS;

/** A row of scores on its way from logits to what is sampled from. All threads of the block work on it. */
struct Scores {
    float* of;
    int N;
    const StepSampling* how;
    const int* lists;

    /** Entry i of a list of pairs. */
    __device__ __forceinline__ const int* pair(int list, int i) const { return lists + list + 2 * i; }

    __device__ __forceinline__ bool exists(int id) const { return 0 <= id && id < N; }

    /** Takes a token out; NaN and positive infinity stay, so that they are found. */
    __device__ __forceinline__ void exclude(int id) const {
        if (of[id] < INFINITE) {
            of[id] = -INFINITE;
        }
    }

    __device__ __forceinline__ void add_bias() const {
        for (int i = threadIdx.x; i < how->biasCount; i += THREADS) {
            const int* entry = pair(how->bias, i);
            if (exists(entry[0])) {
                of[entry[0]] += __int_as_float(entry[1]);
            }
        }
    }

    __device__ __forceinline__ void penalise(const int* entry) const {
        if (!exists(entry[0])) {
            return;
        }
        float score = of[entry[0]];
        float repeated = score > 0 ? score / how->repetition : score * how->repetition;
        float count = static_cast<float>(entry[1]);
        of[entry[0]] = entry[1] == 0 ? repeated : repeated - how->frequency * count - how->presence;
    }

    __device__ __forceinline__ bool changed_since(int id) const {
        for (int i = 0; i < how->sinceCount; i++) {
            if (pair(how->since, i)[0] == id) {
                return true;
            }
        }
        return false;
    }

    __device__ __forceinline__ void penalise() const {
        for (int i = threadIdx.x; i < how->historyCount; i += THREADS) {
            const int* entry = pair(how->history, i);
            if (!changed_since(entry[0])) {
                penalise(entry);
            }
        }
        for (int i = threadIdx.x; i < how->sinceCount; i += THREADS) {
            penalise(pair(how->since, i));
        }
    }

    __device__ __forceinline__ void ban(int position) const {
        if (position >= how->bannedBefore) {
            return;
        }
        for (int i = threadIdx.x; i < how->bannedCount; i += THREADS) {
            int id = lists[how->banned + i];
            if (exists(id)) {
                exclude(id);
            }
        }
    }

    __device__ __forceinline__ bool allows(int id) const {
        int word = id / 32;
        return how->allowedWords == 0 || (word < how->allowedWords && (lists[how->allowed + word] >> id % 32 & 1) != 0);
    }

    /** Takes out the tokens that are not allowed. Returns the best of those that this thread has seen. */
    __device__ __forceinline__ Candidate best_allowed() const {
        Candidate best = no_candidate();
        for (int id = threadIdx.x; id < N; id += THREADS) {
            if (!allows(id)) {
                exclude(id);
            }
            float score = of[id];
            if (!(score < INFINITE)) {
                best = {0, NOT_A_NUMBER};
            } else if (score > -INFINITE) {
                best = better(best, {score, id});
            }
        }
        return best;
    }
};

} // namespace filtered_sampling
