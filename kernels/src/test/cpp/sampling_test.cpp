// Samples of every kernel against a plain loop over the same logits, and the noise against the engine's vectors.
#include "cuda_language.h"

#include "noise.cuh"
#include "products.h"

#include <fstream>
#include <sstream>

namespace self_test {

namespace {

/** Rows of three sequences: greedy, warm, hot. */
struct HeadRows {
    std::vector<StepSequence> sequences;
    std::vector<StepRow> rows;
    std::vector<int> numbers;

    explicit HeadRows(int M) : sequences(3), rows(2 * M), numbers(M) {
        float temperatures[] = {0.f, 0.7f, 5.f};
        for (int s = 0; s < 3; s++) {
            sequences[s].seed = 0x123456789abcdefull * (s + 1);
            sequences[s].temperature = temperatures[s];
            sequences[s].inverseTemperature = s == 0 ? 0.f : 1 / temperatures[s];
        }
        for (int r = 0; r < 2 * M; r++) {
            rows[r].sequence = r % 3;
            rows[r].decides = 100 + r;
        }
        for (int m = 0; m < M; m++) {
            numbers[m] = m % 5 == 4 ? NONE : 2 * m + 1;
        }
    }
};

bool banned(int token) { return token % 7 == 3; }

/** The scores of a row, minus infinity for banned tokens. */
std::vector<double> scores(const HeadRows& head, const Weights& w, const Inputs& x, int m, double& error) {
    const StepRow& row = head.rows[head.numbers[m]];
    const StepSequence& how = head.sequences[row.sequence];
    std::vector<double> result(w.outputs, -INFINITY);
    for (int n = 0; n < w.outputs; n++) {
        if (banned(n)) {
            continue;
        }
        double magnitude = 0;
        double logit = w.product(x, m, n, false, magnitude);
        double inverse = how.temperature == 0 ? 1 : how.inverseTemperature;
        double noise = how.temperature == 0 ? 0 : noise::gumbel(how.seed, row.decides, n);
        result[n] = logit * inverse + noise;
        double off = magnitude * inverse * (w.K * 0x1p-22 + (w.type == "int4" ? 0x1p-7 : 0)) + 1e-5;
        error = off > error ? off : error;
    }
    return result;
}

void compare(const std::string& name, int tileRows, const std::string& type, int M, Random& random) {
    Weights w(type, 300, 200, false, random);
    Inputs x(M, 200, random);
    HeadRows head(M);
    std::vector<uint32_t> mask((w.outputs + 31) / 32);
    for (int n = 0; n < w.outputs; n++) {
        mask[n / 32] |= banned(n) ? 1u << n % 32 : 0;
    }
    Geometry g = geometry(name, tileRows, w, M, 1);
    int candidates = static_cast<int>(name.find("tile") != std::string::npos ? g.y : g.x);
    Device<Candidate> best(static_cast<size_t>(M) * candidates);
    Device<int> sampled(M);
    Device<int> numbers(head.numbers);
    Device<StepRow> rows(head.rows);
    Device<StepSequence> sequences(head.sequences);
    Device<uint32_t> masks(mask);
    bool strict = name == "sample_strict";
    void* xs = strict ? static_cast<void*>(x.wide->pointer()) : static_cast<void*>(x.narrow->pointer());
    require(launch(name + "_" + type, g, best.pointer(), xs, static_cast<void*>(w.packed->pointer()),
                   static_cast<void*>(w.scales->pointer()), static_cast<float*>(nullptr), masks.pointer(),
                   numbers.pointer(), rows.pointer(), sequences.pointer(), M, w.outputs, w.Np, w.K,
                   strict ? w.K : x.pitch),
            name.c_str());
    Geometry merge;
    merge.x = static_cast<unsigned>(M);
    require(launch("sample_best", merge, sampled.pointer(), best.pointer(), numbers.pointer(), candidates),
            "sample_best");
    std::vector<int> tokens = sampled.read();
    for (int m = 0; m < M; m++) {
        std::string what = name + "_" + type + " row " + std::to_string(m);
        if (head.numbers[m] == NONE) {
            check(tokens[m] == NONE, "a row that does not exist has a sample", what);
            continue;
        }
        double error = 0;
        std::vector<double> expected = scores(head, w, x, m, error);
        double highest = -INFINITY;
        for (double score : expected) {
            highest = score > highest ? score : highest;
        }
        bool fits = tokens[m] >= 0 && tokens[m] < w.outputs && expected[tokens[m]] >= highest - 2 * error;
        check(fits, "not the best token", what);
    }
}

void everyKernelSamplesTheBestToken() {
    Random random{11};
    for (std::string type : {"f32", "bf16", "int8", "int4"}) {
        compare("sample_strict", 16, type, 21, random);
        if (type == "f32") {
            continue;
        }
        for (int rows : {16, 32, 80}) {
            compare("sample_tile" + std::to_string(rows), rows, type, rows + 3, random);
        }
    }
}

void noiseHasTheBitsOfTheEngine() {
    std::ifstream file("../tidar-engine/src/test/resources/noise-vectors.csv");
    std::string line;
    int lines = 0;
    std::getline(file, line);
    while (std::getline(file, line)) {
        long long seed = 0;
        int position = 0;
        int token = 0;
        unsigned word = 0;
        unsigned bits = 0;
        if (sscanf(line.c_str(), "%lld,%d,%d,%x,%x", &seed, &position, &token, &word, &bits) != 5) {
            check(false, "a line is not read", "noise-vectors.csv");
            continue;
        }
        float value = noise::gumbel(static_cast<uint64_t>(seed), position, token);
        uint32_t actual;
        memcpy(&actual, &value, 4);
        check(noise::word(static_cast<uint64_t>(seed), position, token) == word && actual == bits, line.c_str(),
              "noise");
        lines++;
    }
    check(lines > 10, "too few vectors", "noise-vectors.csv");
}

} // namespace

void testSampling() {
    everyKernelSamplesTheBestToken();
    noiseHasTheBitsOfTheEngine();
}

} // namespace self_test
