/*
 * log_probs:  ln softmax of the logits of row m at its pick and at its likeliest tokens, where its rule asks
 *
 *   name        shape           dtype     meaning
 *   values      [M, 1 + most]   f32       written: of the pick, then of as many likeliest tokens as the rule says
 *   ids         [M, most]       i32       written: these tokens, the lowest id first in a tie; NONE where there are no
 *                                         more
 *   logits      [M, N]          f32       of the head, not changed by any rule
 *   picks       [M]             i32       the picks, or NONE
 *   rules       [M]             StepRule  how many tokens are told
 *   unpickable  [ceil(N / 32)]  u32       as for pick_ruled: out of the softmax, too
 *   rowNumbers  [M]             i32       where each row stands in the step, or NONE
 *   most        scalar          i32       most tokens that values and ids have room for
 *   N           scalar          i32       vocabulary
 *
 * Launch    grid M, block 512.
 * Numerics  exponentials in f32, their sum in f64: thread t adds those of the ids t, t + 512, ...; then halves are
 *           added to halves. The logarithm is the device's, in f64, so a value may differ by an ulp of f32.
 * Oracle    dev.tidar.sampling.LogProbRow: ids exactly, values within an ulp; rows without NaN and infinity.
 * Cost      reads N floats once, and once for each of the likeliest tokens.
 */
#include "exponential.cuh"
#include "logits.cuh"

namespace told_log_probs {

using one_row::THREADS;

struct Storage {
    one_row::Exchange exchange;
    double sums[THREADS];
};

/** A row of logits, the unpickable left out. */
struct Row {
    const float* of;
    const uint32_t* unpickable;
    int N;

    __device__ __forceinline__ float logit(int id) const {
        return one_row::left_out(unpickable, id) ? -INFINITE : of[id];
    }

    /** The likeliest token after one that is told already. */
    __device__ __forceinline__ Candidate next(Storage& shared, Candidate told) const {
        Candidate best = nobody();
        for (int id = threadIdx.x; id < N; id += THREADS) {
            float score = logit(id);
            bool isLess = score < told.score || (score == told.score && id > told.token);
            if (score > -INFINITE && isLess) {
                best = better(best, {score, id});
            }
        }
        return one_row::best_of_block(shared.exchange, best);
    }

    /** ln of the sum of exponentials. */
    __device__ __forceinline__ double normaliser(Storage& shared, float highest) const {
        double sum = 0;
        for (int id = threadIdx.x; id < N; id += THREADS) {
            sum += static_cast<double>(exponential(logit(id) - highest));
        }
        shared.sums[threadIdx.x] = sum;
        for (int half = THREADS / 2; half > 0; half /= 2) {
            __syncthreads();
            if (static_cast<int>(threadIdx.x) < half) {
                shared.sums[threadIdx.x] += shared.sums[threadIdx.x + half];
            }
        }
        __syncthreads();
        return static_cast<double>(highest) + log(shared.sums[0]);
    }
};

__device__ __forceinline__ float log_prob(const Row& row, int id, double normaliser) {
    return id < 0 ? -INFINITE : static_cast<float>(static_cast<double>(row.logit(id)) - normaliser);
}

} // namespace told_log_probs

extern "C" __global__ void __launch_bounds__(told_log_probs::THREADS)
    log_probs(float* values, int* ids, const float* logits, const int* picks, const StepRule* rules,
              const uint32_t* unpickable, const int* rowNumbers, int most, int N) {
    using namespace told_log_probs;
    SHARED(Storage, shared);
    int likeliest = rules[blockIdx.x].likeliest;
    if (likeliest == NONE || rowNumbers[blockIdx.x] == NONE) {
        return;
    }
    Row row{logits + static_cast<size_t>(blockIdx.x) * N, unpickable, N};
    Candidate token = row.next(shared, {INFINITE, N});
    double normaliser = token.token == NONE ? 0 : row.normaliser(shared, token.score);
    float* ownValues = values + static_cast<size_t>(blockIdx.x) * (1 + most);
    int* ownIds = ids + static_cast<size_t>(blockIdx.x) * most;
    if (threadIdx.x == 0) {
        ownValues[0] = log_prob(row, picks[blockIdx.x], normaliser);
    }
    for (int i = 0; i < likeliest; i++) {
        if (threadIdx.x == 0) {
            ownValues[1 + i] = log_prob(row, token.token, normaliser);
            ownIds[i] = token.token;
        }
        if (i + 1 < likeliest && token.token != NONE) {
            token = row.next(shared, token);
        }
    }
}
