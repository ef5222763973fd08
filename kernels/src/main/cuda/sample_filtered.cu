/*
 * sample_filtered:  sampled[m] = the token of row m, sampled from logits in memory by its own parameters: bias,
 *                   penalties, allowed tokens and filters
 *
 *   name        shape           dtype         meaning
 *   sampled     [M]             i32           written; NONE where the row number is NONE, no score is finite, or one is
 *                                             NaN or positive infinity
 *   scores      [M, N]          f32           scratch; may be the logits
 *   ids         [M, N]          i32           scratch
 *   logits      [M, N]          f32           of the head
 *   samplings   [M]             StepSampling  how each row is sampled
 *   lists       [*]             i32           what samplings point to; begins with the first sampling of the step
 *   banned      [ceil(N / 32)]  u32           bit (id % 32) of word id / 32: never sampled
 *   rowNumbers  [M]             i32           where each row stands in the step, or NONE
 *   rows        [*]             StepRow       position that a row decides
 *   N           scalar          i32           vocabulary
 *
 * Launch    grid M, block 512, dynamic shared memory 65536.
 * Numerics  the candidates, sums and draws of the oracle, bit for bit: probabilities are whole numbers, thresholds are
 *           found by counting the bits of distances, and the sample is argmax(noise - distance), the lowest id in a
 *           tie.
 *           A plain row is sampled as by sample_strict and sample_tile, so it does not depend on the rows beside it.
 * Oracle    dev.tidar.sampling.TokenSampler, exactly, given the logits.
 * Cost      one multiprocessor a row; reads N floats about 5 times, and 8 times more for the first filter that is on.
 * Source    Gumbel-max trick; filters as dev.tidar.sampling.Filters names them
 */
#include "sampling_filters.cuh"
#include "sampling_scores.cuh"

namespace filtered_sampling {

/** The sample of a row that has nothing but temperature and seed. */
__device__ __forceinline__ Candidate best_plain(const HeadSampling& head, const PlainSampling& plain,
                                                const float* logits) {
    Candidate best = no_candidate();
#pragma unroll 1
    for (int id = threadIdx.x; id < head.N; id += THREADS) {
        best = consider(best, head, plain, logits[id], id);
    }
    return best;
}

/** The sample of a row with more parameters, applied in the order of TokenSampler. */
__device__ __forceinline__ Candidate best_filtered(Storage& shared, Counters& counters, const Scores& scores, int* ids,
                                                   int position) {
    const StepSampling& how = *scores.how;
    scores.add_bias();
    __syncthreads();
    scores.penalise();
    __syncthreads();
    scores.ban(position);
    __syncthreads();
    Candidate best = one_row::best_of_block(shared.exchange, scores.best_allowed());
    if (best.token < 0 || how.temperature == 0) {
        return best;
    }
    Candidates candidates{scores.of + threadIdx.x, ids + threadIdx.x, 0};
    candidates.collect(scores.N, best.score, how.inverseTemperature);
    filter(candidates, shared, counters, how);
    return one_row::best_of_block(shared.exchange, candidates.sample(how.seed, position));
}

} // namespace filtered_sampling

extern "C" __global__ void __launch_bounds__(filtered_sampling::THREADS)
    sample_filtered(int* sampled, float* scores, int* ids, const float* logits, const StepSampling* samplings,
                    const int* lists, const uint32_t* banned, const int* rowNumbers, const StepRow* rows, int N) {
    using namespace filtered_sampling;
    SHARED(Storage, shared);
    DYNAMIC_SHARED(counters);
    const StepSampling& how = samplings[blockIdx.x];
    int number = rowNumbers[blockIdx.x];
    if (number == NONE) {
        if (threadIdx.x == 0) {
            sampled[blockIdx.x] = NONE;
        }
        return;
    }
    size_t first = static_cast<size_t>(blockIdx.x) * N;
    int position = rows[number].decides;
    Candidate best;
    if (how.plain != 0) {
        HeadSampling head{nullptr, banned, nullptr, nullptr, nullptr, 0, N};
        PlainSampling plain{how.seed, how.inverseTemperature, position, how.temperature == 0};
        best = one_row::best_of_block(shared.exchange, best_plain(head, plain, logits + first));
    } else {
        for (int id = threadIdx.x; id < N; id += THREADS) {
            scores[first + id] = one_row::is_banned(banned, id) ? -INFINITE : logits[first + id];
        }
        __syncthreads();
        best = best_filtered(shared, *reinterpret_cast<Counters*>(counters), {scores + first, N, &how, lists},
                             ids + first, position);
    }
    if (threadIdx.x == 0) {
        sampled[blockIdx.x] = best.token == NOT_A_NUMBER ? NONE : best.token;
    }
}
