// Random weights and inputs on the device, and what their products should be.
#pragma once

#include "self_test.h"

#include <memory>
#include <tuple>

namespace self_test {

inline int roundUp(int n, int unit) { return (n + unit - 1) / unit * unit; }

/** Rows of x in both forms. */
struct Inputs {
    int M, K, pitch;
    std::vector<float> values;
    std::shared_ptr<Device<float>> wide;
    std::shared_ptr<Device<uint16_t>> narrow;

    Inputs(int M, int K, Random& random) : M(M), K(K), pitch(roundUp(K, 64)), values(static_cast<size_t>(M) * K) {
        for (float& v : values) {
            v = fromBf16(toBf16(random.uniform()));
        }
        upload();
    }

    Inputs first(int rows) const {
        Inputs few = *this;
        few.M = rows;
        few.values.resize(static_cast<size_t>(rows) * K);
        few.upload();
        return few;
    }

private:
    void upload() {
        std::vector<uint16_t> halves(static_cast<size_t>(M) * pitch);
        for (int m = 0; m < M; m++) {
            for (int k = 0; k < K; k++) {
                halves[static_cast<size_t>(m) * pitch + k] = toBf16(values[static_cast<size_t>(m) * K + k]);
            }
        }
        wide = std::make_shared<Device<float>>(values);
        narrow = std::make_shared<Device<uint16_t>>(halves);
    }
};

/** A matrix packed by the pack kernels; gated ones are [gate; up] in `values`. */
struct Weights {
    std::string type;
    int outputs, K, Np;
    bool gated;
    std::vector<float> values;       // [outputs, K]: before the scale of an output
    std::vector<float> outputScales; // [outputs]; ones for int4, whose scale is in the values
    std::shared_ptr<Device<char>> packed;
    std::shared_ptr<Device<char>> scales;

    Weights(const std::string& type, int outputs, int K, bool gated, Random& random)
        : type(type), outputs(outputs), K(K), gated(gated), values(static_cast<size_t>(outputs) * K),
          outputScales(outputs, 1.f) {
        Np = gated ? 2 * roundUp(outputs / 2, 32) : roundUp(outputs, 64);
        size_t elements = static_cast<size_t>(Np) * roundUp(K, 64);
        packed = std::make_shared<Device<char>>(type == "f32"    ? elements * 4
                                                : type == "bf16" ? elements * 2
                                                : type == "int8" ? elements
                                                                 : elements / 2);
        packed->clear();
        fill(random);
    }

    /** Packed row of output n. */
    int packedRow(int n) const {
        int half = outputs / 2;
        int at = gated && n >= half ? n - half : n;
        return gated ? at / 8 * 16 + at % 8 + (n >= half ? 8 : 0) : n;
    }

    std::vector<float> inPackedOrder(const std::vector<float>& of) const {
        std::vector<float> result(Np, 0.f);
        for (size_t n = 0; n < of.size(); n++) {
            result[packedRow(static_cast<int>(n))] = of[n];
        }
        return result;
    }

    /** x[m] times output n, and the sum of magnitudes. */
    double product(const Inputs& x, int m, int n, bool, double& magnitude) const {
        double sum = 0;
        magnitude = 0;
        for (int k = 0; k < K; k++) {
            double term = static_cast<double>(x.values[static_cast<size_t>(m) * K + k]) *
                          values[static_cast<size_t>(n) * K + k] * outputScales[n];
            sum += term;
            magnitude += std::abs(term);
        }
        return sum;
    }

private:
    void fill(Random& random) {
        std::vector<float> packedScales(Np, 0.f);
        for (int n = 0; n < outputs; n++) {
            if (type != "int4") {
                outputScales[n] = 0.01f + 0.01f * static_cast<float>(random.below(100));
            }
            packedScales[packedRow(n)] = outputScales[n];
            for (int k = 0; k < K; k++) {
                float value = random.uniform();
                values[static_cast<size_t>(n) * K + k] = type == "int8"   ? static_cast<float>(random.below(256) - 128)
                                                         : type == "bf16" ? fromBf16(toBf16(value))
                                                                          : value;
            }
        }
        if (type == "int4") {
            quantise();
            return;
        }
        scales = std::make_shared<Device<char>>(
            std::vector<char>(reinterpret_cast<char*>(packedScales.data()),
                              reinterpret_cast<char*>(packedScales.data()) + packedScales.size() * 4));
        int first = gated ? outputs / 2 : outputs;
        packRows(0, first, gated ? 1 : 0);
        if (gated) {
            packRows(first, outputs - first, 2);
        }
    }

    /** Brings rows to the device in two calls, as a loader with a small staging buffer would. */
    void packRows(int from, int count, int turn) {
        int head = turn == 0 ? count / 2 : count / 2 / 8 * 8;
        packSome(from, head, 0, turn);
        packSome(from + head, count - head, head, turn);
    }

    void packSome(int from, int count, int firstPacked, int turn) {
        if (count == 0) {
            return;
        }
        std::vector<char> source;
        for (int i = 0; i < count * K; i++) {
            float value = values[static_cast<size_t>(from) * K + i];
            uint16_t half = toBf16(value);
            signed char byte = static_cast<signed char>(value);
            const char* at = type == "f32" || type == "int4" ? reinterpret_cast<char*>(&value)
                             : type == "bf16"                ? reinterpret_cast<char*>(&half)
                                                             : reinterpret_cast<char*>(&byte);
            source.insert(source.end(), at, at + (type == "int8" ? 1 : type == "bf16" ? 2 : 4));
        }
        Device<char> staged(source);
        Geometry g;
        g.x = static_cast<unsigned>(count);
        if (type == "int4") {
            require(launch("pack_int4", g, static_cast<void*>(packed->pointer()), static_cast<void*>(scales->pointer()),
                           static_cast<void*>(staged.pointer()), count, K, Np, firstPacked, turn),
                    "pack_int4");
        } else {
            require(launch("pack_" + type, g, static_cast<void*>(packed->pointer()),
                           static_cast<void*>(staged.pointer()), count, K, firstPacked, turn),
                    "pack");
        }
    }

    /** Packs, then takes over the values that int4 stands for, by the definition. */
    void quantise() {
        scales = std::make_shared<Device<char>>(static_cast<size_t>((roundUp(K, 64) + 127) / 128) * Np * 2);
        scales->clear();
        int first = gated ? outputs / 2 : outputs;
        packRows(0, first, gated ? 1 : 0);
        if (gated) {
            packRows(first, outputs - first, 2);
        }
        for (int n = 0; n < outputs; n++) {
            for (int from = 0; from < K; from += 128) {
                float* row = values.data() + static_cast<size_t>(n) * K;
                float largest = 0;
                for (int k = from; k < std::min(K, from + 128); k++) {
                    largest = std::max(largest, std::abs(row[k]));
                }
                float scale = fromBf16(toBf16(largest / 7));
                for (int k = from; k < std::min(K, from + 128); k++) {
                    row[k] = scale * std::min(7.f, std::max(-8.f, std::rint(row[k] / scale)));
                }
            }
        }
    }
};

/** Launch geometry as the headers of the kernels state it. */
inline Geometry geometry(const std::string& name, int rows, const Weights& w, int M, int splits) {
    Geometry g;
    if (name.find("strict") != std::string::npos) {
        g.x = static_cast<unsigned>(w.Np / 64);
        g.y = static_cast<unsigned>((M + 15) / 16);
        g.block = 64;
    } else {
        double bytes = w.type == "bf16" ? 2 : w.type == "int8" ? 1 : 0.5;
        int stages = rows <= 32 ? 4 : 3;
        g.x = static_cast<unsigned>((M + rows - 1) / rows);
        g.y = static_cast<unsigned>((w.Np + 127) / 128);
        g.z = static_cast<unsigned>(splits);
        g.block = 256;
        g.shared = static_cast<unsigned>(std::max(stages * (rows * 128 + 8192 * bytes), rows * 544.0));
    }
    return g;
}

} // namespace self_test
