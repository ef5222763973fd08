/* What a rule does to the scores of a row before anybody is drawn: dev.tidar.sampling.TokenPicker. */
#pragma once

#include "logits.cuh"

namespace ruled_picks {

using one_row::THREADS;

/** A row of scores that is being changed by its rule. All threads of the block work on it. */
struct Scores {
    float* of;
    int N;
    const StepRule* rule;
    const int* lists;

    /** Entry i of a list of pairs. */
    __device__ __forceinline__ const int* pair(int list, int i) const { return lists + list + 2 * i; }

    __device__ __forceinline__ bool exists(int id) const { return 0 <= id && id < N; }

    /** What is not a number to compare stays, so that it is found. */
    __device__ __forceinline__ void rule_out(int id) const {
        if (of[id] < INFINITE) {
            of[id] = -INFINITE;
        }
    }

    __device__ __forceinline__ void add_bias() const {
        for (int i = threadIdx.x; i < rule->biasCount; i += THREADS) {
            const int* entry = pair(rule->bias, i);
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
        float repeated = score > 0 ? score / rule->repetition : score * rule->repetition;
        float count = static_cast<float>(entry[1]);
        of[entry[0]] = entry[1] == 0 ? repeated : repeated - rule->frequency * count - rule->presence;
    }

    __device__ __forceinline__ bool changed_since(int id) const {
        for (int i = 0; i < rule->sinceCount; i++) {
            if (pair(rule->since, i)[0] == id) {
                return true;
            }
        }
        return false;
    }

    __device__ __forceinline__ void penalise() const {
        for (int i = threadIdx.x; i < rule->historyCount; i += THREADS) {
            const int* entry = pair(rule->history, i);
            if (!changed_since(entry[0])) {
                penalise(entry);
            }
        }
        for (int i = threadIdx.x; i < rule->sinceCount; i += THREADS) {
            penalise(pair(rule->since, i));
        }
    }

    __device__ __forceinline__ void bar(int position) const {
        if (position >= rule->barredBefore) {
            return;
        }
        for (int i = threadIdx.x; i < rule->barredCount; i += THREADS) {
            int id = lists[rule->barred + i];
            if (exists(id)) {
                rule_out(id);
            }
        }
    }

    __device__ __forceinline__ bool allows(int id) const {
        int word = id / 32;
        return rule->allowedWords == 0 ||
               (word < rule->allowedWords && (lists[rule->allowed + word] >> id % 32 & 1) != 0);
    }

    /** Rules out what is not allowed. Returns the best of what this thread has seen. */
    __device__ __forceinline__ Candidate best_allowed() const {
        Candidate best = nobody();
        for (int id = threadIdx.x; id < N; id += THREADS) {
            if (!allows(id)) {
                rule_out(id);
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

} // namespace ruled_picks
