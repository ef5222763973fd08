// Products of every weight type, tile and epilogue.
#include "products.h"

namespace self_test {

namespace {

float silu(double x) { return static_cast<float>(x / (1 + std::exp(-x))); }

/** How one kernel is launched. */
struct Way {
    std::string name;
    int rows;
    int splits;
};

std::string describe(const Way& way, const Weights& w, int M, int epilogue) {
    return way.name + "_" + w.type + " [" + std::to_string(M) + ", " + std::to_string(w.outputs) + ", " +
           std::to_string(w.K) + "] epilogue " + std::to_string(epilogue) + " splits " + std::to_string(way.splits);
}

/** Runs a product; y starts as `before` everywhere. */
std::vector<float> run(const Way& way, const Weights& w, const Inputs& x, int epilogue, float before,
                       const std::vector<float>& bias, const std::vector<float>& addend, int firstAddend) {
    int N = epilogue >= SWIGLU ? w.outputs / 2 : w.outputs;
    bool narrow = epilogue == STORE_BF16 || epilogue == SWIGLU_BF16;
    bool strict = way.name == "linear_strict";
    std::vector<float> start(static_cast<size_t>(x.M) * N, before);
    Device<float> y(start);
    Device<float> biases(w.inPackedOrder(bias));
    Device<float> addends(addend);
    const Device<char>& weights = *w.packed;
    Geometry g = geometry(way.name, way.rows, w, x.M, way.splits);
    Device<float> partials(static_cast<size_t>(way.splits) * g.x * way.rows * g.y * 128 + 1);
    Device<int> tickets(std::vector<int>(g.x * g.y * g.z + 1, 0));
    void* xs = strict ? static_cast<void*>(x.wide->pointer()) : static_cast<void*>(x.narrow->pointer());
    for (int again = 0; again < 2; again++) { // tickets must be ready for a second launch
        require(cuMemcpyHtoD_v2(y.at, start.data(), start.size() * sizeof(float)), "cuMemcpyHtoD");
        require(launch(way.name + "_" + w.type, g, static_cast<void*>(y.pointer()), xs,
                       static_cast<void*>(weights.pointer()), static_cast<void*>(w.scales->pointer()),
                       bias.empty() ? nullptr : biases.pointer(), addend.empty() ? nullptr : addends.pointer(),
                       partials.pointer(), tickets.pointer(), epilogue, x.M, N, w.Np, w.K, N, strict ? w.K : x.pitch,
                       firstAddend),
                way.name.c_str());
    }
    std::vector<float> values = y.read();
    if (narrow) {
        std::vector<uint16_t> halves(values.size());
        memcpy(halves.data(), values.data(), halves.size() * 2);
        for (size_t i = 0; i < halves.size(); i++) {
            values[i] = fromBf16(halves[i]);
        }
    }
    return values;
}

void compare(const Way& way, const Weights& w, const Inputs& x, int epilogue, Random& random) {
    std::string what = describe(way, w, x.M, epilogue);
    bool strict = way.name == "linear_strict";
    bool gated = epilogue >= SWIGLU;
    int N = gated ? w.outputs / 2 : w.outputs;
    int firstAddend = x.M / 2;
    std::vector<float> bias(w.outputs);
    for (float& b : bias) {
        b = random.uniform();
    }
    std::vector<float> addend(static_cast<size_t>(x.M - firstAddend + 1) * w.Np);
    for (float& a : addend) {
        a = random.uniform();
    }
    float before = epilogue == ADD ? 3.f : NAN;
    std::vector<float> y = run(way, w, x, epilogue, before, bias, addend, firstAddend);
    double worst = 0;
    for (int m = 0; m < x.M; m++) {
        auto output = [&](int n, double& error) {
            double magnitude = 0;
            double value = w.product(x, m, n, strict, magnitude);
            error = magnitude * (w.K + 4) * 0x1p-23 + (!strict && w.type == "int4" ? magnitude * 0x1p-8 : 0) + 1e-6;
            value += bias[n];
            value += m >= firstAddend ? addend[static_cast<size_t>(m - firstAddend) * w.Np + w.packedRow(n)] : 0;
            return value;
        };
        for (int n = 0; n < N; n++) {
            double error = 0;
            double value = output(n, error);
            if (gated) {
                double upError = 0;
                double up = output(N + n, upError);
                error = (1.1 * error + 1e-6) * std::abs(up) + upError * std::abs(silu(value)) + 1e-6;
                value = silu(value) * up;
            }
            value += epilogue == ADD ? before : 0;
            error += epilogue == STORE_BF16 || epilogue == SWIGLU_BF16 ? std::abs(value) * 0x1p-8 : 0;
            double off = std::abs(y[static_cast<size_t>(m) * N + n] - value) / (error + std::abs(value) * 0x1p-22);
            worst = off > worst || off != off ? (off != off ? 1e30 : off) : worst;
        }
    }
    check(worst <= 1, ("off by " + std::to_string(worst) + " of the bound").c_str(), what);
}

const std::vector<std::string> FAST_TYPES = {"bf16", "int8", "int4"};

void everyKernelMultiplies() {
    Random random{1};
    for (std::string type : {"f32", "bf16", "int8", "int4"}) {
        for (auto [outputs, K, M] : {std::tuple{1, 1, 1}, {33, 31, 5}, {130, 200, 17}}) {
            compare({"linear_strict", 16, 1}, Weights(type, outputs, K, false, random), Inputs(M, K, random), STORE,
                    random);
        }
        compare({"linear_strict", 16, 1}, Weights(type, 2 * 21, 70, true, random), Inputs(3, 70, random), SWIGLU,
                random);
        compare({"linear_strict", 16, 1}, Weights(type, 40, 70, false, random), Inputs(3, 70, random), ADD, random);
    }
    for (const std::string& type : FAST_TYPES) {
        for (int rows : {16, 32, 80, 128, 144}) {
            Way way{"linear_tile" + std::to_string(rows), rows, 1};
            compare(way, Weights(type, 200, 330, false, random), Inputs(rows - 3, 330, random), STORE, random);
            way.splits = 3;
            compare(way, Weights(type, 2 * 50, 700, true, random), Inputs(rows, 700, random), SWIGLU_BF16, random);
            way.splits = 2;
            compare(way, Weights(type, 68, 130, false, random), Inputs(rows + 1, 130, random), ADD, random);
            compare(way, Weights(type, 67, 130, false, random), Inputs(rows + 1, 130, random), ADD, random);
            compare(way, Weights(type, 67, 70, false, random), Inputs(rows, 70, random), STORE_BF16, random);
        }
        Way four{"linear_tile32", 32, 4}; // columns of y in fours
        compare(four, Weights(type, 132, 260, false, random), Inputs(35, 260, random), ADD, random);
        compare(four, Weights(type, 132, 130, false, random), Inputs(9, 130, random), STORE_BF16, random);
        compare(four, Weights(type, 2 * 76, 130, true, random), Inputs(9, 130, random), SWIGLU_BF16, random);
        compare(four, Weights(type, 2 * 76, 130, true, random), Inputs(9, 130, random), SWIGLU, random);
        Way way{"linear_tile16", 16, 2};
        compare(way, Weights(type, 65, 64, false, random), Inputs(40, 64, random), ADD, random); // one split is empty
        compare(way, Weights(type, 65, 130, false, random), Inputs(17, 130, random), STORE_BF16, random);
    }
}

/** Row 0 of a product in a larger company, bit for bit. */
void aRowHasTheSameBitsInEveryTile() {
    Random random{2};
    for (const std::string& type : FAST_TYPES) {
        Weights w(type, 96, 900, false, random);
        Inputs x(144, 900, random);
        std::vector<float> expected = run({"linear_tile16", 16, 2}, w, x, STORE, 0, {}, {}, 0);
        for (int rows : {32, 80, 128, 144}) {
            Way way{"linear_tile" + std::to_string(rows), rows, 2};
            check(run(way, w, x, STORE, 0, {}, {}, 0) == expected, "differs from linear_tile16", way.name + "_" + type);
        }
        std::vector<float> alone = run({"linear_tile16", 16, 2}, w, x.first(1), STORE, 0, {}, {}, 0);
        std::vector<float> first(expected.begin(), expected.begin() + alone.size());
        check(alone == first, "one row alone differs", "linear_tile16_" + type);
    }
}

void strictProductsAreOneChainEach() {
    Random random{3};
    Weights w("f32", 70, 150, false, random);
    Inputs x(18, 150, random);
    std::vector<float> y = run({"linear_strict", 16, 1}, w, x, STORE, 0, {}, {}, 0);
    for (int m = 0; m < x.M; m++) {
        for (int n = 0; n < w.outputs; n++) {
            float chain = 0;
            for (int k = 0; k < w.K; k++) {
                chain = std::fma(x.values[m * w.K + k], w.values[n * w.K + k], chain);
            }
            chain = chain * w.outputScales[n];
            check(chain == y[m * w.outputs + n], "is not one chain", "linear_strict_f32");
        }
    }
}

} // namespace

void testProducts() {
    everyKernelMultiplies();
    aRowHasTheSameBitsInEveryTile();
    strictProductsAreOneChainEach();
}

} // namespace self_test
