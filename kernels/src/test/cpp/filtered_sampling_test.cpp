// Filtered sampling against sorting, and log-probabilities against double arithmetic. What TokenSampler says of every
// combination is tested by the engine; here stand the definitions, so that a GPU can be checked without Java.
#include "cuda_language.h"

#include "exponential.cuh"
#include "noise.cuh"
#include "self_test.h"

#include <algorithm>
#include <map>

namespace self_test {

namespace {

constexpr int N = 700;
constexpr int M = 24;
constexpr int MAX_TOP_TOKENS = 5;

/** Two tokens that are biased and penalised, by threads in one order and in the other. */
constexpr int EARLY = 0;
constexpr int LATE = 600;

/** Rows in which these two are the best, and so close that the order of bias and penalty decides. */
bool isClose(int m) { return m % 6 == 4; }

/** How each row is sampled and the lists after that, as the host writes them. */
struct Samplings {
    std::vector<StepSampling> of;
    std::vector<int> lists;

    int add(const std::vector<int>& list) {
        int at = static_cast<int>(M * sizeof(StepSampling) / sizeof(int) + lists.size());
        lists.insert(lists.end(), list.begin(), list.end());
        return at;
    }

    const int* list(int at) const { return lists.data() + at - M * sizeof(StepSampling) / sizeof(int); }

    std::vector<int> words() const {
        std::vector<int> all(M * sizeof(StepSampling) / sizeof(int));
        memcpy(all.data(), of.data(), M * sizeof(StepSampling));
        all.insert(all.end(), lists.begin(), lists.end());
        return all;
    }
};

Samplings samplings(Random& random) {
    Samplings samplings;
    std::vector<int> history;
    for (int id = 0; id < N; id += 3) {
        history.push_back(id);
        history.push_back(id % 4);
    }
    int historyAt = samplings.add(history);
    int sinceAt = samplings.add({3, 4, 6, 1, 7, 2}); // two of the history, one that is new
    int nine = __float_as_int(9.f);
    int biasAt = samplings.add({LATE, nine, 5, __float_as_int(7.f), EARLY, nine, N + 3, nine});
    int bannedAt = samplings.add({5, 10, N});
    std::vector<int> mask(N / 32 - 1);
    for (int& word : mask) {
        word = static_cast<int>(random.next() | random.next());
    }
    int maskAt = samplings.add(mask);
    for (int m = 0; m < M; m++) {
        StepSampling how{};
        how.seed = random.next();
        how.temperature = isClose(m) || m % 6 == 0 ? 0.f : 1.5f;
        how.inverseTemperature = 1 / 1.5f;
        how.topK = m % 2 == 0 ? 0 : 40 + m;
        how.topP = m % 3 == 0 ? 1 : 0.2 + 0.03 * m;
        how.minP = m % 4 == 0 ? INFINITE : 2.f;
        how.typicalP = m % 5 == 0 ? 1 : 0.6;
        how.repetition = 1.25f;
        how.frequency = 0.5f;
        how.presence = 0.25f;
        how.history = historyAt;
        how.historyCount = m % 3 == 1 ? static_cast<int>(history.size()) / 2 : 0;
        how.since = sinceAt;
        how.sinceCount = m % 3 == 1 ? 3 : 0;
        how.bias = biasAt;
        how.biasCount = m % 4 == 1 ? 0 : 4;
        how.banned = bannedAt;
        how.bannedCount = 3;
        how.bannedBefore = isClose(m) || m % 2 == 1 ? 101 + m : 100 + m;
        how.allowed = maskAt;
        how.allowedWords = m % 4 == 1 ? static_cast<int>(mask.size()) : 0;
        how.topTokens = m % 3 == 2 ? NONE : m % (MAX_TOP_TOKENS + 1);
        samplings.of.push_back(how);
    }
    return samplings;
}

/** A token that may still be sampled. */
struct Survivor {
    int id;
    float distance;
    uint64_t weight;
};

/** Keeps the first of a sorted order up to a sum, and what ties with the last of them. */
template <class Key, class Weight>
void keep(std::vector<Survivor>& left, uint64_t goal, Key key, Weight weight) {
    std::stable_sort(left.begin(), left.end(), [&](const Survivor& a, const Survivor& b) { return key(a) < key(b); });
    uint64_t sum = 0;
    size_t kept = 0;
    while (kept < left.size() && sum < goal) {
        sum += weight(left[kept++]);
    }
    while (kept < left.size() && key(left[kept]) == key(left[kept - 1])) {
        kept++;
    }
    left.resize(kept);
}

uint64_t total(const std::vector<Survivor>& left) {
    uint64_t sum = 0;
    for (const Survivor& token : left) {
        sum += token.weight;
    }
    return sum;
}

uint64_t part(double p, uint64_t all) {
    return std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(p * static_cast<double>(all))));
}

void filter(std::vector<Survivor>& left, const StepSampling& how) {
    auto distance = [](const Survivor& token) { return token.distance; };
    auto weight = [](const Survivor& token) { return token.weight; };
    if (how.topK > 0) {
        keep(left, static_cast<uint64_t>(how.topK), distance, [](const Survivor&) { return uint64_t(1); });
    }
    if (how.topP < 1) {
        keep(left, part(how.topP, total(left)), distance, weight);
    }
    left.erase(std::remove_if(left.begin(), left.end(), [&](const Survivor& t) { return t.distance > how.minP; }),
               left.end());
    if (how.typicalP < 1) {
        uint64_t sum = 0;
        for (const Survivor& token : left) {
            sum += static_cast<uint64_t>(static_cast<double>(token.weight) * static_cast<double>(token.distance));
        }
        float mean = static_cast<float>(static_cast<double>(sum) / static_cast<double>(total(left)));
        auto surprise = [=](const Survivor& token) { return std::fabs(token.distance - mean); };
        keep(left, part(how.typicalP, total(left)), surprise, weight);
    }
}

/** Scores that a row is sampled from; the order of the steps is that of TokenSampler. */
std::vector<float> scores(std::vector<float> row, const Samplings& samplings, const StepSampling& how, int position) {
    const int* bias = samplings.list(how.bias);
    for (int i = 0; i < how.biasCount; i++) {
        if (bias[2 * i] < N) {
            row[bias[2 * i]] += __int_as_float(bias[2 * i + 1]);
        }
    }
    std::map<int, int> counts;
    for (int i = 0; i < how.historyCount; i++) {
        counts[samplings.list(how.history)[2 * i]] = samplings.list(how.history)[2 * i + 1];
    }
    for (int i = 0; i < how.sinceCount; i++) {
        counts[samplings.list(how.since)[2 * i]] = samplings.list(how.since)[2 * i + 1];
    }
    for (auto [id, count] : counts) {
        float repeated = row[id] > 0 ? row[id] / how.repetition : row[id] * how.repetition;
        row[id] = count == 0 ? repeated : repeated - how.frequency * static_cast<float>(count) - how.presence;
    }
    for (int i = 0; i < how.bannedCount && position < how.bannedBefore; i++) {
        if (samplings.list(how.banned)[i] < N) {
            row[samplings.list(how.banned)[i]] = -INFINITE;
        }
    }
    for (int id = 0; id < N && how.allowedWords > 0; id++) {
        bool allowed = id / 32 < how.allowedWords && (samplings.list(how.allowed)[id / 32] >> id % 32 & 1) != 0;
        row[id] = allowed ? row[id] : -INFINITE;
    }
    return row;
}

int sample(const std::vector<float>& row, const StepSampling& how, int position) {
    int best = static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
    if (how.temperature == 0) {
        return best;
    }
    std::vector<Survivor> left;
    for (int id = 0; id < N; id++) {
        float distance = (row[best] - row[id]) * how.inverseTemperature;
        if (distance < INFINITE) {
            uint64_t weight = distance > 28 ? 0 : static_cast<uint64_t>(exponential(-distance) * 0x1p40f);
            left.push_back({id, distance, weight});
        }
    }
    filter(left, how);
    std::sort(left.begin(), left.end(), [](const Survivor& a, const Survivor& b) { return a.id < b.id; });
    float highest = -INFINITE;
    int chosen = NONE;
    for (const Survivor& token : left) {
        float noisy = noise::gumbel(how.seed, position, token.id) - token.distance;
        if (noisy > highest) {
            highest = noisy;
            chosen = token.id;
        }
    }
    return chosen;
}

/** The tokens of a row by falling logit, the lowest id first in a tie. */
std::vector<int> byLogit(const std::vector<float>& row) {
    std::vector<int> ids(N);
    for (int id = 0; id < N; id++) {
        ids[id] = id;
    }
    std::stable_sort(ids.begin(), ids.end(), [&](int a, int b) { return row[a] > row[b]; });
    return ids;
}

void checkLogProbs(const std::vector<float>& row, int topTokens, int chosen, const float* values, const int* ids,
                   const std::string& what) {
    double sum = 0;
    for (float logit : row) {
        sum += std::exp(static_cast<double>(logit));
    }
    auto fits = [&](float value, int id) { return std::fabs(value - (row[id] - std::log(sum))) < 4e-6; };
    check(fits(values[0], chosen), "not the log-probability of the sample", what);
    std::vector<int> order = byLogit(row);
    for (int i = 0; i < topTokens; i++) {
        check(ids[i] == order[i] && fits(values[1 + i], order[i]), "not the next likely token", what);
    }
}

void rowsAreSampledByTheirOwnParameters() {
    Random random{21};
    Samplings samplings = self_test::samplings(random);
    std::vector<float> logits(M * N);
    std::vector<StepRow> rows(M);
    std::vector<int> numbers(M);
    for (int m = 0; m < M; m++) {
        for (int id = 0; id < N; id++) { // some with ties
            float logit = 6 * random.uniform();
            logits[m * N + id] = m % 4 == 3 ? std::rint(logit) : logit;
        }
        if (isClose(m)) {
            logits[m * N + EARLY] = m % 4 == 0 ? 6.5f : 6.25f;
            logits[m * N + LATE] = m % 4 == 0 ? 6.25f : 6.5f;
        }
        rows[m].decides = 100 + m;
        numbers[m] = m == 7 ? NONE : m;
    }
    std::vector<uint32_t> banned((N + 31) / 32, 0);
    banned[2] = 5;
    Device<int> words(samplings.words());
    Device<float> given(logits);
    Device<float> changed(M * N);
    Device<int> candidates(M * N);
    Device<uint32_t> masks(banned);
    Device<int> rowNumbers(numbers);
    Device<StepRow> stepRows(rows);
    Device<int> sampled(M);
    Device<float> values(M * (1 + MAX_TOP_TOKENS));
    Device<int> ids(M * MAX_TOP_TOKENS);
    const StepSampling* first = reinterpret_cast<const StepSampling*>(words.pointer());
    require(launch("sample_filtered", Geometry{M, 1, 1, 512, 65536}, sampled.pointer(), changed.pointer(),
                   candidates.pointer(), given.pointer(), first, words.pointer(), masks.pointer(), rowNumbers.pointer(),
                   stepRows.pointer(), N),
            "sample_filtered");
    require(launch("log_probs", Geometry{M, 1, 1, 512, 0}, values.pointer(), ids.pointer(), given.pointer(),
                   sampled.pointer(), first, masks.pointer(), rowNumbers.pointer(), MAX_TOP_TOKENS, N),
            "log_probs");
    std::vector<int> chosen = sampled.read();
    std::vector<float> reported = values.read();
    std::vector<int> likely = ids.read();
    for (int m = 0; m < M; m++) {
        std::string what = "sample_filtered row " + std::to_string(m);
        if (m == 7) {
            check(chosen[m] == NONE, "a row that does not exist has a sample", what);
            continue;
        }
        std::vector<float> row(logits.begin() + m * N, logits.begin() + (m + 1) * N);
        row[64] = row[66] = -INFINITE;
        const StepSampling& how = samplings.of[m];
        int expected = sample(scores(row, samplings, how, 100 + m), how, 100 + m);
        check(chosen[m] == expected, "not the token of its row", what);
        if (how.topTokens != NONE) {
            checkLogProbs(row, how.topTokens, expected, &reported[m * (1 + MAX_TOP_TOKENS)], &likely[m * MAX_TOP_TOKENS],
                          what);
        }
    }
}

} // namespace

void testFilteredSampling() { rowsAreSampledByTheirOwnParameters(); }

} // namespace self_test
