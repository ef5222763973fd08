/*
 * pick_ruled:  picks[m] = the token of row m by its own rule, from logits in memory
 *
 *   name        shape           dtype     meaning
 *   picks       [M]             i32       written; NONE where the row number is NONE, no score is finite, or one is NaN
 *                                         or positive infinity
 *   scores      [M, N]          f32       scratch; may be the logits
 *   ids         [M, N]          i32       scratch
 *   logits      [M, N]          f32       of the head
 *   rules       [M]             StepRule  how each row is picked
 *   lists       [*]             i32       what the rules point to: the first rule of the step
 *   unpickable  [ceil(N / 32)]  u32       bit (id % 32) of word id / 32: never picked
 *   rowNumbers  [M]             i32       where each row stands in the step, or NONE
 *   rows        [*]             StepRow   position that a pick decides
 *   N           scalar          i32       vocabulary
 *
 * Launch    grid M, block 512, dynamic shared memory 65536.
 * Numerics  the candidates, sums and draws of the oracle, bit for bit: probabilities are whole numbers, thresholds are
 *           found by counting the bits of distances, and the pick is argmax(noise - distance), the lowest id in a tie.
 *           A plain row is picked as pick_<kernel> does, so it does not depend on what is beside it.
 * Oracle    dev.tidar.sampling.TokenPicker, exactly, given the logits.
 * Cost      one multiprocessor a row; reads N floats about 5 times, and 8 times more for the first filter that is on.
 * Source    Gumbel-max trick; filters as dev.tidar.sampling.Filters names them
 */
#include "rule_filters.cuh"
#include "rule_scores.cuh"

namespace ruled_picks {

/** The pick of a row that temperature and seed decide. */
__device__ __forceinline__ Candidate best_plain(const Picking& picking, const RowPicking& how, const float* logits) {
    Candidate best = nobody();
#pragma unroll 1
    for (int id = threadIdx.x; id < picking.N; id += THREADS) {
        best = consider(best, picking, how, logits[id], id);
    }
    return best;
}

/** The pick by a rule, in the order of TokenPicker. */
__device__ __forceinline__ Candidate best_ruled(Storage& shared, Counters& counters, const Scores& scores, int* ids,
                                                int position) {
    const StepRule& rule = *scores.rule;
    scores.add_bias();
    __syncthreads();
    scores.penalise();
    __syncthreads();
    scores.bar(position);
    __syncthreads();
    Candidate best = one_row::best_of_block(shared.exchange, scores.best_allowed());
    if (best.token < 0 || rule.temperature == 0) {
        return best;
    }
    Candidates candidates{scores.of + threadIdx.x, ids + threadIdx.x, 0};
    candidates.collect(scores.N, best.score, rule.inverseTemperature);
    filter(candidates, shared, counters, rule);
    return one_row::best_of_block(shared.exchange, candidates.draw(rule.seed, position));
}

} // namespace ruled_picks

extern "C" __global__ void __launch_bounds__(ruled_picks::THREADS)
    pick_ruled(int* picks, float* scores, int* ids, const float* logits, const StepRule* rules, const int* lists,
               const uint32_t* unpickable, const int* rowNumbers, const StepRow* rows, int N) {
    using namespace ruled_picks;
    SHARED(Storage, shared);
    DYNAMIC_SHARED(counters);
    const StepRule& rule = rules[blockIdx.x];
    int number = rowNumbers[blockIdx.x];
    if (number == NONE) {
        if (threadIdx.x == 0) {
            picks[blockIdx.x] = NONE;
        }
        return;
    }
    size_t first = static_cast<size_t>(blockIdx.x) * N;
    int position = rows[number].decides;
    Candidate best;
    if (rule.plain != 0) {
        Picking picking{nullptr, unpickable, nullptr, nullptr, nullptr, 0, N};
        RowPicking how{rule.seed, rule.inverseTemperature, position, rule.temperature == 0};
        best = one_row::best_of_block(shared.exchange, best_plain(picking, how, logits + first));
    } else {
        for (int id = threadIdx.x; id < N; id += THREADS) {
            scores[first + id] = one_row::left_out(unpickable, id) ? -INFINITE : logits[first + id];
        }
        __syncthreads();
        best = best_ruled(shared, *reinterpret_cast<Counters*>(counters), {scores + first, N, &rule, lists},
                          ids + first, position);
    }
    if (threadIdx.x == 0) {
        picks[blockIdx.x] = best.token == NOT_A_NUMBER ? NONE : best.token;
    }
}
