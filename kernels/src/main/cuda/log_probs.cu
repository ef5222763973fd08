/*
 * log_probs:  ln softmax of the logits of row m at its sample and at its most likely tokens, for rows that ask for it
 *
 *   name        shape           dtype         meaning
 *   values      [M, 1 + room]   f32           written: of the sample, then of most likely tokens, as many as asked for
 *   ids         [M, room]       i32           written: these tokens, the lowest id first in a tie; NONE where there
 *                                             are no more
 *   logits      [M, N]          f32           of the head, as it gave them
 *   sampled     [M]             i32           the samples, or NONE
 *   samplings   [M]             StepSampling  how many of the most likely tokens each row asks for
 *   banned      [ceil(N / 32)]  u32           as for sample_filtered: out of the softmax, too
 *   rowNumbers  [M]             i32           where each row stands in the step, or NONE
 *   room        scalar          i32           most likely tokens that values and ids have room for
 *   N           scalar          i32           vocabulary
 *
 * Launch    grid M, block 512.
 * Numerics  exponentials in f32, their sum in f64: thread t adds those of the ids t, t + 512, ...; then halves are
 *           added to halves. The logarithm is the device's, in f64, so a value may differ by an ulp of f32.
 * Oracle    dev.tidar.sampling.LogProbRow: ids exactly, values within an ulp; rows without NaN and infinity.
 * Cost      reads N floats once, and once for each of the most likely tokens.
 */
#include "exponential.cuh"
#include "logits.cuh"

namespace log_probabilities {

using one_row::THREADS;

struct Storage {
    one_row::Exchange exchange;
    double sums[THREADS];
};

/** A row of logits, without the banned tokens. */
struct Row {
    const float* of;
    const uint32_t* banned;
    int N;

    __device__ __forceinline__ float logit(int id) const { return one_row::is_banned(banned, id) ? -INFINITE : of[id]; }

    /** The most likely token after one that is reported already. */
    __device__ __forceinline__ Candidate next(Storage& shared, Candidate previous) const {
        Candidate best = no_candidate();
        for (int id = threadIdx.x; id < N; id += THREADS) {
            float score = logit(id);
            bool isLess = score < previous.score || (score == previous.score && id > previous.token);
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

} // namespace log_probabilities

extern "C" __global__ void __launch_bounds__(log_probabilities::THREADS)
    log_probs(float* values, int* ids, const float* logits, const int* sampled, const StepSampling* samplings,
              const uint32_t* banned, const int* rowNumbers, int room, int N) {
    using namespace log_probabilities;
    SHARED(Storage, shared);
    int topTokens = samplings[blockIdx.x].topTokens;
    if (topTokens == NONE || rowNumbers[blockIdx.x] == NONE) {
        return;
    }
    Row row{logits + static_cast<size_t>(blockIdx.x) * N, banned, N};
    Candidate token = row.next(shared, {INFINITE, N});
    double normaliser = token.token == NONE ? 0 : row.normaliser(shared, token.score);
    float* ownValues = values + static_cast<size_t>(blockIdx.x) * (1 + room);
    int* ownIds = ids + static_cast<size_t>(blockIdx.x) * room;
    if (threadIdx.x == 0) {
        ownValues[0] = log_prob(row, sampled[blockIdx.x], normaliser);
    }
    for (int i = 0; i < topTokens; i++) {
        if (threadIdx.x == 0) {
            ownValues[1 + i] = log_prob(row, token.token, normaliser);
            ownIds[i] = token.token;
        }
        if (i + 1 < topTokens && token.token != NONE) {
            token = row.next(shared, token);
        }
    }
}
