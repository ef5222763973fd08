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
#include "exponential.cuh"
#include "logits.cuh"

namespace ruled_picks {

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

/** Sums of weights by digit, one for each thread, so that nobody waits for another: in dynamic shared memory. */
struct Counters {
    uint64_t of[DIGITS][THREADS];
};

static_assert(DIGITS == one_row::WARPS, "a warp adds up a digit");

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

/** Tokens of this thread that may still be drawn, with how far each is behind the best of the row. */
struct Candidates {
    float* distances; // of this thread: one in THREADS
    int* ids;
    int size;

    __device__ __forceinline__ float& distance(int i) const { return distances[static_cast<size_t>(i) * THREADS]; }
    __device__ __forceinline__ int& id(int i) const { return ids[static_cast<size_t>(i) * THREADS]; }

    /** Distances take the place of scores: a thread writes only behind what it has read. */
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

    /** The token that wins with its noise. What cannot win even with the largest noise never draws. */
    __device__ __forceinline__ Candidate draw(uint64_t seed, int position) const {
        Candidate best = nobody();
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

/** A part of all weights, one step at least. */
__device__ __forceinline__ uint64_t part(double p, uint64_t total) {
    uint64_t part = static_cast<uint64_t>(ceil(p * static_cast<double>(total)));
    return max(uint64_t(1), min(total, part));
}

__device__ __forceinline__ void filter(Candidates& candidates, Storage& shared, Counters& counters,
                                       const StepRule& rule) {
    auto bits = [](float distance) { return static_cast<uint32_t>(__float_as_int(distance)); };
    auto one = [](float) { return uint64_t(1); };
    auto mass = [](float distance) { return weight(distance); };
    uint64_t k = static_cast<uint64_t>(rule.topK);
    if (k > 0 && k < candidates.sum(shared, one)) {
        uint32_t last = candidates.quantile(shared, counters, k, bits, one);
        candidates.keep_within(__int_as_float(static_cast<int>(last)));
    }
    if (rule.topP < 1) {
        uint64_t goal = part(rule.topP, candidates.sum(shared, mass));
        uint32_t last = candidates.quantile(shared, counters, goal, bits, mass);
        candidates.keep_within(__int_as_float(static_cast<int>(last)));
    }
    if (rule.minP < INFINITE) {
        candidates.keep_within(rule.minP);
    }
    if (rule.typicalP < 1) {
        uint64_t total = candidates.sum(shared, mass);
        uint64_t distances = candidates.sum(shared, [](float distance) { return weighted(distance); });
        float mean = static_cast<float>(static_cast<double>(distances) / static_cast<double>(total));
        auto surprise = [=](float distance) { return static_cast<uint32_t>(__float_as_int(fabsf(distance - mean))); };
        uint32_t last = candidates.quantile(shared, counters, part(rule.typicalP, total), surprise, mass);
        candidates.keep_if([=](float distance) { return surprise(distance) <= last; });
    }
}

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
