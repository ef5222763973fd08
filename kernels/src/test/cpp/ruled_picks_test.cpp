// Picks by rules against sorting, and log-probabilities against double arithmetic. What TokenPicker says of every
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
constexpr int MOST = 5;

/** Two tokens that are biased and penalised, by threads in one order and in the other. */
constexpr int EARLY = 0;
constexpr int LATE = 600;

/** Rows in which these two are the best, and so close that the order of bias and penalty decides. */
bool isClose(int m) { return m % 6 == 4; }

/** Rules and the lists behind them, as the host writes them. */
struct Rules {
    std::vector<StepRule> of;
    std::vector<int> lists;

    int add(const std::vector<int>& list) {
        int at = static_cast<int>(M * sizeof(StepRule) / sizeof(int) + lists.size());
        lists.insert(lists.end(), list.begin(), list.end());
        return at;
    }

    const int* list(int at) const { return lists.data() + at - M * sizeof(StepRule) / sizeof(int); }

    std::vector<int> words() const {
        std::vector<int> all(M * sizeof(StepRule) / sizeof(int));
        memcpy(all.data(), of.data(), M * sizeof(StepRule));
        all.insert(all.end(), lists.begin(), lists.end());
        return all;
    }
};

Rules rules(Random& random) {
    Rules rules;
    std::vector<int> history;
    for (int id = 0; id < N; id += 3) {
        history.push_back(id);
        history.push_back(id % 4);
    }
    int historyAt = rules.add(history);
    int sinceAt = rules.add({3, 4, 6, 1, 7, 2}); // two of the history, one that is new
    int nine = __float_as_int(9.f);
    int biasAt = rules.add({LATE, nine, 5, __float_as_int(7.f), EARLY, nine, N + 3, nine});
    int barredAt = rules.add({5, 10, N});
    std::vector<int> mask(N / 32 - 1);
    for (int& word : mask) {
        word = static_cast<int>(random.next() | random.next());
    }
    int maskAt = rules.add(mask);
    for (int m = 0; m < M; m++) {
        StepRule rule{};
        rule.seed = random.next();
        rule.temperature = isClose(m) || m % 6 == 0 ? 0.f : 1.5f;
        rule.inverseTemperature = 1 / 1.5f;
        rule.topK = m % 2 == 0 ? 0 : 40 + m;
        rule.topP = m % 3 == 0 ? 1 : 0.2 + 0.03 * m;
        rule.minP = m % 4 == 0 ? INFINITE : 2.f;
        rule.typicalP = m % 5 == 0 ? 1 : 0.6;
        rule.repetition = 1.25f;
        rule.frequency = 0.5f;
        rule.presence = 0.25f;
        rule.history = historyAt;
        rule.historyCount = m % 3 == 1 ? static_cast<int>(history.size()) / 2 : 0;
        rule.since = sinceAt;
        rule.sinceCount = m % 3 == 1 ? 3 : 0;
        rule.bias = biasAt;
        rule.biasCount = m % 4 == 1 ? 0 : 4;
        rule.barred = barredAt;
        rule.barredCount = 3;
        rule.barredBefore = isClose(m) || m % 2 == 1 ? 101 + m : 100 + m;
        rule.allowed = maskAt;
        rule.allowedWords = m % 4 == 1 ? static_cast<int>(mask.size()) : 0;
        rule.likeliest = m % 3 == 2 ? NONE : m % (MOST + 1);
        rules.of.push_back(rule);
    }
    return rules;
}

/** A token that may still be drawn. */
struct Drawn {
    int id;
    float distance;
    uint64_t weight;
};

/** Keeps the first of a sorted order up to a sum, and what ties with the last of them. */
template <class Key, class Weight>
void keep(std::vector<Drawn>& left, uint64_t goal, Key key, Weight weight) {
    std::stable_sort(left.begin(), left.end(), [&](const Drawn& a, const Drawn& b) { return key(a) < key(b); });
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

uint64_t total(const std::vector<Drawn>& left) {
    uint64_t sum = 0;
    for (const Drawn& token : left) {
        sum += token.weight;
    }
    return sum;
}

uint64_t part(double p, uint64_t all) {
    return std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(p * static_cast<double>(all))));
}

void filter(std::vector<Drawn>& left, const StepRule& rule) {
    auto distance = [](const Drawn& token) { return token.distance; };
    auto weight = [](const Drawn& token) { return token.weight; };
    if (rule.topK > 0) {
        keep(left, static_cast<uint64_t>(rule.topK), distance, [](const Drawn&) { return uint64_t(1); });
    }
    if (rule.topP < 1) {
        keep(left, part(rule.topP, total(left)), distance, weight);
    }
    left.erase(std::remove_if(left.begin(), left.end(), [&](const Drawn& t) { return t.distance > rule.minP; }),
               left.end());
    if (rule.typicalP < 1) {
        uint64_t sum = 0;
        for (const Drawn& token : left) {
            sum += static_cast<uint64_t>(static_cast<double>(token.weight) * static_cast<double>(token.distance));
        }
        float mean = static_cast<float>(static_cast<double>(sum) / static_cast<double>(total(left)));
        auto surprise = [=](const Drawn& token) { return std::fabs(token.distance - mean); };
        keep(left, part(rule.typicalP, total(left)), surprise, weight);
    }
}

/** Scores of a row as its rule has them; the order of the steps is that of TokenPicker. */
std::vector<float> scores(std::vector<float> row, const Rules& rules, const StepRule& rule, int position) {
    const int* bias = rules.list(rule.bias);
    for (int i = 0; i < rule.biasCount; i++) {
        if (bias[2 * i] < N) {
            row[bias[2 * i]] += __int_as_float(bias[2 * i + 1]);
        }
    }
    std::map<int, int> counts;
    for (int i = 0; i < rule.historyCount; i++) {
        counts[rules.list(rule.history)[2 * i]] = rules.list(rule.history)[2 * i + 1];
    }
    for (int i = 0; i < rule.sinceCount; i++) {
        counts[rules.list(rule.since)[2 * i]] = rules.list(rule.since)[2 * i + 1];
    }
    for (auto [id, count] : counts) {
        float repeated = row[id] > 0 ? row[id] / rule.repetition : row[id] * rule.repetition;
        row[id] = count == 0 ? repeated : repeated - rule.frequency * static_cast<float>(count) - rule.presence;
    }
    for (int i = 0; i < rule.barredCount && position < rule.barredBefore; i++) {
        if (rules.list(rule.barred)[i] < N) {
            row[rules.list(rule.barred)[i]] = -INFINITE;
        }
    }
    for (int id = 0; id < N && rule.allowedWords > 0; id++) {
        bool allowed = id / 32 < rule.allowedWords && (rules.list(rule.allowed)[id / 32] >> id % 32 & 1) != 0;
        row[id] = allowed ? row[id] : -INFINITE;
    }
    return row;
}

int pick(const std::vector<float>& row, const StepRule& rule, int position) {
    int best = static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
    if (rule.temperature == 0) {
        return best;
    }
    std::vector<Drawn> left;
    for (int id = 0; id < N; id++) {
        float distance = (row[best] - row[id]) * rule.inverseTemperature;
        if (distance < INFINITE) {
            uint64_t weight = distance > 28 ? 0 : static_cast<uint64_t>(exponential(-distance) * 0x1p40f);
            left.push_back({id, distance, weight});
        }
    }
    filter(left, rule);
    std::sort(left.begin(), left.end(), [](const Drawn& a, const Drawn& b) { return a.id < b.id; });
    float highest = -INFINITE;
    int picked = NONE;
    for (const Drawn& token : left) {
        float noisy = noise::gumbel(rule.seed, position, token.id) - token.distance;
        if (noisy > highest) {
            highest = noisy;
            picked = token.id;
        }
    }
    return picked;
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

void checkLogProbs(const std::vector<float>& row, int likeliest, int picked, const float* values, const int* ids,
                   const std::string& what) {
    double sum = 0;
    for (float logit : row) {
        sum += std::exp(static_cast<double>(logit));
    }
    auto fits = [&](float value, int id) { return std::fabs(value - (row[id] - std::log(sum))) < 4e-6; };
    check(fits(values[0], picked), "not the log-probability of the pick", what);
    std::vector<int> order = byLogit(row);
    for (int i = 0; i < likeliest; i++) {
        check(ids[i] == order[i] && fits(values[1 + i], order[i]), "not the next likely token", what);
    }
}

void rowsArePickedByTheirRules() {
    Random random{21};
    Rules rules = self_test::rules(random);
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
    std::vector<uint32_t> unpickable((N + 31) / 32, 0);
    unpickable[2] = 5;
    Device<int> words(rules.words());
    Device<float> given(logits);
    Device<float> changed(M * N);
    Device<int> candidates(M * N);
    Device<uint32_t> masks(unpickable);
    Device<int> rowNumbers(numbers);
    Device<StepRow> stepRows(rows);
    Device<int> picks(M);
    Device<float> values(M * (1 + MOST));
    Device<int> ids(M * MOST);
    const StepRule* first = reinterpret_cast<const StepRule*>(words.pointer());
    require(launch("pick_ruled", Geometry{M, 1, 1, 512, 65536}, picks.pointer(), changed.pointer(),
                   candidates.pointer(), given.pointer(), first, words.pointer(), masks.pointer(),
                   rowNumbers.pointer(), stepRows.pointer(), N),
            "pick_ruled");
    require(launch("log_probs", Geometry{M, 1, 1, 512, 0}, values.pointer(), ids.pointer(), given.pointer(),
                   picks.pointer(), first, masks.pointer(), rowNumbers.pointer(), MOST, N),
            "log_probs");
    std::vector<int> picked = picks.read();
    std::vector<float> told = values.read();
    std::vector<int> likely = ids.read();
    for (int m = 0; m < M; m++) {
        std::string what = "pick_ruled row " + std::to_string(m);
        if (m == 7) {
            check(picked[m] == NONE, "a row that does not exist has a pick", what);
            continue;
        }
        std::vector<float> row(logits.begin() + m * N, logits.begin() + (m + 1) * N);
        row[64] = row[66] = -INFINITE;
        const StepRule& rule = rules.of[m];
        int expected = pick(scores(row, rules, rule, 100 + m), rule, 100 + m);
        check(picked[m] == expected, "not the token of its rule", what);
        if (rule.likeliest != NONE) {
            checkLogProbs(row, rule.likeliest, expected, &told[m * (1 + MOST)], &likely[m * MOST], what);
        }
    }
}

} // namespace

void testRuledPicks() { rowsArePickedByTheirRules(); }

} // namespace self_test
