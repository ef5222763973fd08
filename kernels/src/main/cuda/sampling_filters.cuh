/*
 * Sampling filters (top-k, top-p, min-p, typical-p) and the sample among the tokens that they leave:
 * dev.tidar.sampling.Candidates and Quantile, without sorting tokens.
 */
#pragma once

#include "exponential.cuh"
#include "logits.cuh"

namespace filtered_sampling {

using one_row::THREADS;

constexpr int DIGIT_BITS = 4;
constexpr int DIGITS = 1 << DIGIT_BITS;
/** Candidates::ONE of the engine: probabilities are counted in steps of 2^-40 of that of the best. */
constexpr float ONE = 0x1p40f;
/** exp(-distance) beyond it is below one step. */
constexpr float WEIGHTLESS = 28.f;

struct Storage {
    one_row::Exchange exchange;
    uint64_t sums[DIGITS];
};

/** Sums of weights by digit, one for each thread, so that no thread waits for another: in dynamic shared memory. */
struct Counters {
    uint64_t of[DIGITS][THREADS];
};

static_assert(DIGITS == one_row::WARPS, "a warp adds up a digit");

/** The tokens of this thread that may still be sampled, each with its distance from the best of the row. */
struct Candidates {
    float* distances; // of this thread: one in THREADS
    int* ids;
    int size;

    __device__ __forceinline__ float& distance(int i) const { return distances[static_cast<size_t>(i) * THREADS]; }
    __device__ __forceinline__ int& id(int i) const { return ids[static_cast<size_t>(i) * THREADS]; }

    /** Distances take the place of scores: a thread writes only where it has read before. */
    __device__ __forceinline__ void collect(int N, float highest, float inverse) {
        size = 0;
        for (int id = threadIdx.x; id < N; id += THREADS) {
            float distance = (highest - distances[id - threadIdx.x]) * inverse;
            if (distance < INFINITE) {
                keep(id, distance);
            }
        }
    }

    __device__ __forceinline__ void keep(int id, float distance) {
        this->distance(size) = distance;
        this->id(size) = id;
        size++;
    }

    template <class Test>
    __device__ __forceinline__ void keep_if(Test test) {
        int all = size;
        size = 0;
        for (int i = 0; i < all; i++) {
            if (test(distance(i))) {
                keep(id(i), distance(i));
            }
        }
    }

    __device__ __forceinline__ void keep_within(float limit) {
        keep_if([=](float distance) { return distance <= limit; });
    }

    /** The sum over the block of a whole number of each distance. */
    template <class Value>
    __device__ __forceinline__ uint64_t sum(Storage& shared, Value value) const {
        uint64_t own = 0;
        for (int i = 0; i < size; i++) {
            own += value(distance(i));
        }
        return one_row::sum_of_block(shared.exchange, own);
    }

    /** The smallest key, not negative as an int, such that weights of all keys up to it add up to the goal. */
    template <class Key, class Weight>
    __device__ __forceinline__ uint32_t quantile(Storage& shared, Counters& counters, uint64_t goal, Key key,
                                                 Weight weight) const {
        uint32_t prefix = 0;
        uint64_t missing = goal;
#pragma unroll 1
        for (int shift = 32 - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
            for (int digit = 0; digit < DIGITS; digit++) {
                counters.of[digit][threadIdx.x] = 0;
            }
            for (int i = 0; i < size; i++) {
                uint32_t begin = key(distance(i)) >> shift;
                if (begin / DIGITS == prefix) {
                    counters.of[begin % DIGITS][threadIdx.x] += weight(distance(i));
                }
            }
            __syncthreads();
            uint64_t sum = 0;
            for (int thread = threadIdx.x % 32; thread < THREADS; thread += 32) {
                sum += counters.of[threadIdx.x / 32][thread];
            }
            sum = one_row::sum_of_warp(sum);
            if (threadIdx.x % 32 == 0) {
                shared.sums[threadIdx.x / 32] = sum;
            }
            __syncthreads();
            uint32_t digit = 0;
            while (digit < DIGITS - 1 && shared.sums[digit] < missing) {
                missing -= shared.sums[digit++];
            }
            prefix = prefix * DIGITS + digit;
        }
        return prefix;
    }

    /** The token that wins with its noise. A token that could not win with the largest noise gets none. */
    __device__ __forceinline__ Candidate sample(uint64_t seed, int position) const {
        Candidate best = no_candidate();
#pragma unroll 1
        for (int i = 0; i < size; i++) {
            if (noise::LARGEST - distance(i) >= best.score) {
                best = better(best, {noise::gumbel(seed, position, id(i)) - distance(i), id(i)});
            }
        }
        return best;
    }
};

__device__ __forceinline__ uint64_t weight(float distance) {
    return distance > WEIGHTLESS ? 0 : static_cast<uint64_t>(exponential(-distance) * ONE);
}

/** The weight times the distance, rounded to a whole number. */
__device__ __forceinline__ uint64_t weighted(float distance) {
    return static_cast<uint64_t>(static_cast<double>(weight(distance)) * static_cast<double>(distance));
}

/** A part of all weights, never less than one step. */
__device__ __forceinline__ uint64_t part(double p, uint64_t total) {
    uint64_t part = static_cast<uint64_t>(ceil(p * static_cast<double>(total)));
    return max(uint64_t(1), min(total, part));
}

__device__ __forceinline__ void filter(Candidates& candidates, Storage& shared, Counters& counters,
                                       const StepSampling& how) {
    auto bits = [](float distance) { return static_cast<uint32_t>(__float_as_int(distance)); };
    auto one = [](float) { return uint64_t(1); };
    auto mass = [](float distance) { return weight(distance); };
    uint64_t k = static_cast<uint64_t>(how.topK);
    if (k > 0 && k < candidates.sum(shared, one)) {
        uint32_t last = candidates.quantile(shared, counters, k, bits, one);
        candidates.keep_within(__int_as_float(static_cast<int>(last)));
    }
    if (how.topP < 1) {
        uint64_t goal = part(how.topP, candidates.sum(shared, mass));
        uint32_t last = candidates.quantile(shared, counters, goal, bits, mass);
        candidates.keep_within(__int_as_float(static_cast<int>(last)));
    }
    if (how.minP < INFINITE) {
        candidates.keep_within(how.minP);
    }
    if (how.typicalP < 1) {
        uint64_t total = candidates.sum(shared, mass);
        uint64_t distances = candidates.sum(shared, [](float distance) { return weighted(distance); });
        float mean = static_cast<float>(static_cast<double>(distances) / static_cast<double>(total));
        auto surprise = [=](float distance) { return static_cast<uint32_t>(__float_as_int(fabsf(distance - mean))); };
        uint32_t last = candidates.quantile(shared, counters, part(how.typicalP, total), surprise, mass);
        candidates.keep_if([=](float distance) { return surprise(distance) <= last; });
    }
}

} // namespace filtered_sampling
