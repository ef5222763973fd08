// Kernels that treat each row by itself, and the verdict on a draft.
#include "products.h"

namespace self_test {

namespace {

std::vector<float> randoms(size_t count, Random& random) {
    std::vector<float> values(count);
    for (float& v : values) {
        v = random.uniform();
    }
    return values;
}

Geometry grid(int x, int y = 1, unsigned block = 128) {
    Geometry g;
    g.x = static_cast<unsigned>(x);
    g.y = static_cast<unsigned>(y);
    g.block = block;
    return g;
}

void embedReadsTheRowOfEachToken() {
    Random random{31};
    for (std::string type : {"f32", "bf16", "int8", "int4"}) {
        Weights table(type, 70, 133, false, random);
        std::vector<StepRow> rows(3);
        rows[0].token = 69;
        rows[2].token = 31;
        Device<StepRow> steps(rows);
        Device<float> y(3 * 133);
        void* scales = type[0] == 'i' ? static_cast<void*>(table.scales->pointer()) : nullptr;
        require(launch("embed_" + type, grid(3), y.pointer(), static_cast<void*>(table.packed->pointer()), scales,
                       steps.pointer(), 133, table.Np, 12.5f),
                "embed");
        std::vector<float> values = y.read();
        for (int m = 0; m < 3; m++) {
            for (int k = 0; k < 133; k++) {
                int token = rows[m].token;
                float element = table.values[token * 133 + k] * (scales == nullptr ? 1.f : table.outputScales[token]);
                float right = element * 12.5f;
                check(values[m * 133 + k] == right, "another element", "embed_" + type);
            }
        }
    }
}

void normsDivideByTheRootMeanSquare() {
    Random random{32};
    for (int H : {1, 40, 577}) {
        std::vector<float> x = randoms(3 * H, random);
        Device<float> xs(x);
        Device<float> gain(randoms(H, random));
        std::vector<float> gains = gain.read();
        int pitch = roundUp(H, 64);
        Device<float> wide(3 * H);
        Device<uint16_t> narrow(static_cast<size_t>(3) * pitch);
        require(launch("rms_norm_f32", grid(3), wide.pointer(), xs.pointer(), gain.pointer(), H, 1e-5f),
                "rms_norm_f32");
        require(
            launch("rms_norm_bf16", grid(3, 1, 256), narrow.pointer(), xs.pointer(), gain.pointer(), H, pitch, 1e-5f),
            "rms_norm_bf16");
        std::vector<float> wides = wide.read();
        std::vector<uint16_t> narrows = narrow.read();
        for (int m = 0; m < 3; m++) {
            double squares = 0;
            for (int h = 0; h < H; h++) {
                squares += static_cast<double>(x[m * H + h]) * x[m * H + h];
            }
            for (int h = 0; h < H; h++) {
                double right = x[m * H + h] / std::sqrt(squares / H + 1e-5f) * gains[h];
                check(std::abs(wides[m * H + h] - right) <= (H + 8) * 0x1p-24 * std::abs(right), "off", "rms_norm_f32");
                check(std::abs(fromBf16(narrows[m * pitch + h]) - right) <= 0x1.02p-8 * std::abs(right), "off",
                      "rms_norm_bf16");
            }
        }
    }
}

float same(float value) { return value; }

/** NARROW makes of a value what the cache holds, WIDEN a value of that again. */
template <class T, T (*NARROW)(float), float (*WIDEN)(T)>
void rotationKeepsLengthsAndStoresWhatHasASlot(const std::string& name) {
    Random random{33};
    int heads = 3, kvHeads = 2, headDim = 6, blockTokens = 4, M = 3, half = 3;
    std::vector<float> qkv = randoms(static_cast<size_t>(M) * (heads + 2 * kvHeads) * headDim, random);
    std::vector<float> cosines(10 * half);
    std::vector<float> sines(10 * half);
    for (int i = 0; i < 10 * half; i++) {
        cosines[i] = std::cos(0.1f * i);
        sines[i] = std::sin(0.1f * i);
    }
    std::vector<float> queryScales = randoms(10, random);
    std::vector<StepRow> rows(M);
    for (int m = 0; m < M; m++) {
        rows[m].position = 2 * m + 1;
        rows[m].slot = m == 1 ? NONE : 5 + m; // block 1, offset 1 and 3
    }
    Device<float> data(qkv);
    Device<float> cos(cosines);
    Device<float> sin(sines);
    Device<float> scales(queryScales);
    Device<StepRow> steps(rows);
    Device<T> cache(static_cast<size_t>(2) * 2 * kvHeads * blockTokens * headDim);
    cache.clear();
    require(launch(name, grid(M, 2), data.pointer(), static_cast<float*>(nullptr), static_cast<float*>(nullptr),
                   cos.pointer(), sin.pointer(), scales.pointer(), cache.pointer(), steps.pointer(), heads, kvHeads,
                   headDim, blockTokens, 1e-6f),
            name.c_str());
    std::vector<float> after = data.read();
    std::vector<T> stored = cache.read();
    int columns = (heads + 2 * kvHeads) * headDim;
    double sum = 0;
    for (int m = 0; m < M; m++) {
        for (int i = 0; i < columns; i++) {
            int head = i / headDim, d = i % headDim, pair = d % half;
            float first = qkv[m * columns + head * headDim + pair];
            float second = qkv[m * columns + head * headDim + pair + half];
            float c = cosines[rows[m].position * half + pair], s = sines[rows[m].position * half + pair];
            float right = head >= heads + kvHeads ? qkv[m * columns + i]
                          : d < half              ? first * c - second * s
                                                  : second * c + first * s;
            right = head < heads ? right * queryScales[rows[m].position] : right;
            check(after[m * columns + i] == right, "another value", name);
            if (head >= heads && rows[m].slot != NONE) {
                int kv = head - heads;
                size_t at = (((static_cast<size_t>(rows[m].slot / 4) * 2 + kv / kvHeads) * kvHeads + kv % kvHeads) * 4 +
                             rows[m].slot % 4) *
                                headDim +
                            d;
                check(stored[at] == NARROW(right), "is not in its slot", name);
                sum += std::abs(WIDEN(NARROW(right)));
            }
        }
    }
    double all = 0;
    for (T v : stored) {
        all += std::abs(WIDEN(v));
    }
    check(std::abs(all - sum) < 1e-6, "other slots were written", name);
}

void acceptKeepsRowsUpToTheFirstRejection() {
    std::vector<StepRow> rows(8);
    int tokens[] = {50, 51, 52, 60, 61};
    for (int i = 0; i < 5; i++) {
        rows[i].token = tokens[i];
    }
    std::vector<StepSequence> plans(3);
    plans[0] = {0, 0, 0, 0, 3, 0, 0, 3, 0, 1.f, 0}; // rows 0..2, drafts 0..1
    plans[1] = {0, 0, 0, 3, 2, 3, 2, 3, 4, 1.f, 0};
    plans[2] = {0, 0, 0, 0, 0, 0, 0, 1, 0, 1.f, 0}; // padding
    Device<StepRow> steps(rows);
    Device<StepSequence> sequences(plans);
    Device<int> groups(std::vector<int>{NONE, 100, 103, NONE, NONE, 200, 203});
    Device<int> sampled(std::vector<int>{51, 7, 8, 61, 9});
    Device<int> kept(3);
    Device<int> drafts(4);
    require(launch("accept_drafts", grid(3, 1, 32), kept.pointer(), drafts.pointer(), sampled.pointer(),
                   steps.pointer(), sequences.pointer(), groups.pointer()),
            "accept_drafts");
    check(kept.read() == std::vector<int>({2, 2, 0}), "kept", "accept_drafts");
    check(drafts.read() == std::vector<int>({104, 105, 204, 205}), "draft rows", "accept_drafts");
}

void verifyRowsAreMixedWithTheMasksThatProposeTheSame() {
    std::vector<StepRow> rows(12);
    for (StepRow& row : rows) {
        row.sequence = 1;
    }
    for (int row : {0, 1, 8, 9}) {
        rows[row].sequence = 0;
    }
    std::vector<StepSequence> plans(2);
    plans[0] = {0, 0, 0, 0, 2, 0, 0, 3, 0, 0.25f, 0}; // rows 0, 1 with groups at 8 and nowhere
    plans[1] = {0, 0, 0, 2, 1, 2, 0, 3, 3, 1.f, 0};   // row 2 trusts itself
    Device<StepRow> steps(rows);
    Device<StepSequence> sequences(plans);
    Device<int> groups(std::vector<int>{NONE, 8, NONE, NONE, 9});
    Device<int> verifyRows(std::vector<int>{0, 1, 2, NONE});
    Device<int> mixed(4);
    require(launch("mixed_rows", grid(1, 1, 128), mixed.pointer(), verifyRows.pointer(), steps.pointer(),
                   sequences.pointer(), groups.pointer(), 4),
            "mixed_rows");
    check(mixed.read() == std::vector<int>({8, NONE, NONE, NONE}), "masks", "mixed_rows");

    Random random{35};
    std::vector<float> own = randoms(4 * 150, random);
    std::vector<float> masks = randoms(4 * 150, random);
    Device<float> y(own);
    Device<float> x(masks);
    require(launch("mix_f32", grid(4), y.pointer(), x.pointer(), mixed.pointer(), steps.pointer(), sequences.pointer(),
                   150),
            "mix_f32");
    std::vector<float> result = y.read();
    for (int i = 0; i < 4 * 150; i++) {
        float expected = i < 150 ? std::fma(0.25f, own[i], 0.75f * masks[i]) : own[i];
        check(result[i] == expected, "another mix", "mix_f32");
    }
}

/** More elements than the grid has threads. */
void randomWeightsFillTheirRangeAndNoMore() {
    constexpr long long ELEMENTS = 1024 * 256 + 200;
    auto fill = [](const std::string& type, auto& to, long long elements) {
        require(launch("random_" + type, grid(1024, 1, 256), to.pointer(), elements, uint64_t(7), 0.5f), type.c_str());
    };
    Device<float> wide(ELEMENTS + 1);
    Device<uint16_t> narrow(ELEMENTS + 1);
    Device<signed char> bytes(ELEMENTS + 1);
    Device<unsigned char> nibbles(ELEMENTS / 2 + 1);
    fill("f32", wide, ELEMENTS);
    fill("bf16", narrow, ELEMENTS);
    fill("int8", bytes, ELEMENTS);
    fill("int4", nibbles, ELEMENTS);
    std::vector<float> values = wide.read();
    std::vector<uint16_t> rounded = narrow.read();
    double sum = 0;
    for (long long i = 0; i < ELEMENTS; i++) {
        check(std::abs(values[i]) <= 0.5f, "outside of the range", "random_f32");
        check(rounded[i] == toBf16(values[i]), "other values", "random_bf16");
        sum += values[i];
    }
    check(std::abs(sum / ELEMENTS) < 0.01, "the mean is not zero", "random_f32");
    check(std::isnan(values[ELEMENTS]) && rounded[ELEMENTS] == 0xffff, "too many", "random_bf16");
    check(bytes.read()[ELEMENTS] == -1, "too many", "random_int8");
    check(nibbles.read()[ELEMENTS / 2] == 0xff, "too many", "random_int4");
    check(bytes.read()[5] == static_cast<signed char>(nibbles.read()[5]), "other words", "random_int4");
}

void copiesCopy() {
    Random random{34};
    std::vector<float> x = randoms(4 * 30, random);
    Device<float> from(x);
    Device<float> to(std::vector<float>(3 * 30, 7.f));
    Device<int> numbers(std::vector<int>{3, NONE, 0});
    require(launch("gather_rows_f32", grid(3), to.pointer(), from.pointer(), numbers.pointer(), 30), "gather_rows_f32");
    std::vector<float> y = to.read();
    check(y[0] == x[90] && y[30] == 7.f && y[60] == x[0], "another row", "gather_rows_f32");

    Device<uint16_t> narrow(4 * 64);
    require(launch("to_bf16", grid(4), narrow.pointer(), from.pointer(), 30, 64), "to_bf16");
    Device<float> back(4 * 30);
    require(launch("to_f32", grid(4), back.pointer(), narrow.pointer(), 30, 64), "to_f32");
    std::vector<float> rounded = back.read();
    for (size_t i = 0; i < x.size(); i++) {
        check(rounded[i] == fromBf16(toBf16(x[i])), "not rounded to nearest even", "to_bf16");
    }
}

} // namespace

void testRows() {
    embedReadsTheRowOfEachToken();
    normsDivideByTheRootMeanSquare();
    rotationKeepsLengthsAndStoresWhatHasASlot<float, same, same>("rotate_store_f32");
    rotationKeepsLengthsAndStoresWhatHasASlot<uint16_t, toBf16, fromBf16>("rotate_store_bf16");
    randomWeightsFillTheirRangeAndNoMore();
    acceptKeepsRowsUpToTheFirstRejection();
    verifyRowsAreMixedWithTheMasksThatProposeTheSame();
    copiesCopy();
}

} // namespace self_test
