// Times the products and the attention of one transformer layer, kernel by kernel, beside a copy of device memory, and
// filtered sampling.
//
//   LD_LIBRARY_PATH=<folder of libcuda.so.1> kernel_bench PTX [8b | 1.5b | 135m]
//
// Weights are made on the device and are several times larger than its L2 cache, so each launch reads them from memory.
// "of copy" is the rate at which weights were read, divided by the rate of the copy. On the emulated device the
// program shows that it runs, and its times mean nothing.
#include "self_test.h"

#include <algorithm>
#include <climits>

extern "C" {
CUresult cuEventCreate(CUevent*, unsigned);
CUresult cuEventRecord(CUevent, CUstream);
CUresult cuEventSynchronize(CUevent);
CUresult cuEventElapsedTime(float*, CUevent, CUevent);
CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr, CUdeviceptr, size_t, CUstream);
CUresult cuDeviceGetName(char*, int, CUdevice);
}

namespace {

using namespace self_test;

constexpr int REPEATS = 20;

struct Layer {
    const char* name;
    int hidden, intermediate, heads, kvHeads, headDim, vocab;
};

const Layer LAYERS[] = {{"8b", 4096, 12288, 32, 8, 128, 151936},
                        {"1.5b", 1536, 8960, 12, 2, 128, 151936},
                        {"135m", 576, 1536, 9, 3, 64, 49152},
                        {"tiny", 64, 96, 2, 1, 64, 1000}}; // for the emulated device

CUevent event() {
    CUevent made = nullptr;
    require(cuEventCreate(&made, 0), "cuEventCreate");
    return made;
}

/**
 * Milliseconds of one call in the mean: a graph of them is launched, so that the host does not matter. One call comes
 * before, because a driver can load the code of a kernel when it is first used, and not while that is captured.
 */
template <class Call>
double milliseconds(Call call) {
    static CUevent begin = event();
    static CUevent end = event();
    CUgraph graph = nullptr;
    CUgraphExec calls = nullptr;
    call(0);
    require(cuStreamSynchronize(stream), "cuStreamSynchronize");
    require(cuStreamBeginCapture_v2(stream, 0), "cuStreamBeginCapture");
    for (int i = 0; i < REPEATS; i++) {
        call(i);
    }
    require(cuStreamEndCapture(stream, &graph), "cuStreamEndCapture");
    require(cuGraphInstantiateWithFlags(&calls, graph, 0), "cuGraphInstantiate");
    require(cuGraphLaunch(calls, stream), "cuGraphLaunch"); // to warm up
    require(cuEventRecord(begin, stream), "cuEventRecord");
    require(cuGraphLaunch(calls, stream), "cuGraphLaunch");
    require(cuEventRecord(end, stream), "cuEventRecord");
    require(cuEventSynchronize(end), "cuEventSynchronize");
    float total = 0;
    require(cuEventElapsedTime(&total, begin, end), "cuEventElapsedTime");
    require(cuGraphExecDestroy(calls), "cuGraphExecDestroy");
    require(cuGraphDestroy(graph), "cuGraphDestroy");
    return total / REPEATS;
}

/** Fills memory with random values: on zeros a device draws less power, and is faster than it will be. */
template <class T>
void randomise(const std::string& type, const Device<T>& memory, long long elements, float scale) {
    Geometry fill;
    fill.x = static_cast<unsigned>(std::min(1024LL, (elements + 255) / 256));
    fill.block = 256;
    require(launch("random_" + type, fill, static_cast<void*>(memory.pointer()), elements, uint64_t(1), scale),
            "random");
}

/** GB/s of a copy from device memory to device memory, reading and writing counted. */
double copyRate(size_t bytes) {
    Device<char> from(bytes);
    Device<char> to(bytes);
    double ms = milliseconds([&](int) { require(cuMemcpyDtoDAsync_v2(to.at, from.at, bytes, stream), "copy"); });
    return 2 * static_cast<double>(bytes) / ms / 1e6;
}

double bytesOf(const std::string& type) { return type == "bf16" ? 2 : type == "int8" ? 1 : 0.5; }

int tileFor(int M) {
    for (int rows : {16, 32, 80, 144}) {
        if (M <= rows) {
            return rows;
        }
    }
    return M <= 288 ? 144 : 128;
}

/** Times one product with several numbers of splits. */
void product(const std::string& what, const std::string& type, int M, int outputs, int K, double copyGBs,
             size_t cache) {
    int Np = (outputs + 63) / 64 * 64;
    int Kp = (K + 63) / 64 * 64;
    long long elements = 1LL * Np * Kp;
    size_t bytes = static_cast<size_t>(static_cast<double>(elements) * bytesOf(type));
    int copies = static_cast<int>(std::min<size_t>(64, cache / bytes + 1));
    Device<char> weights(bytes * copies);
    randomise(type, weights, elements * copies, 0.1f);
    Device<uint16_t> x(static_cast<size_t>(M) * Kp);
    randomise("bf16", x, 1LL * M * Kp, 1.f);
    Device<float> y(static_cast<size_t>(M) * outputs);
    Device<float> scales(static_cast<size_t>(Np) * std::max(1, Kp / 128));
    randomise("f32", scales, static_cast<long long>(Np) * std::max(1, Kp / 128), 0.1f);
    int rows = tileFor(M);
    for (int splits : {1, 2, 4, 8}) {
        std::string name = "linear_tile" + std::to_string(rows);
        Geometry g;
        g.block = 256;
        g.x = static_cast<unsigned>((M + rows - 1) / rows);
        g.y = static_cast<unsigned>((Np + 127) / 128);
        g.z = static_cast<unsigned>(splits);
        int stages = rows <= 32 ? 4 : 3;
        g.shared = static_cast<unsigned>(std::max(stages * (rows * 128 + 8192 * bytesOf(type)), rows * 544.0));
        Device<float> partials(static_cast<size_t>(splits) * g.x * rows * g.y * 128);
        Device<int> tickets(std::vector<int>(g.x * g.y, 0));
        double ms = milliseconds([&](int i) {
            require(launch(name + "_" + type, g, static_cast<void*>(y.pointer()), static_cast<void*>(x.pointer()),
                           static_cast<void*>(weights.pointer() + bytes * (i % copies)),
                           static_cast<void*>(scales.pointer()), static_cast<float*>(nullptr),
                           static_cast<float*>(nullptr), partials.pointer(), tickets.pointer(), static_cast<int>(STORE),
                           M, outputs, Np, K, outputs, Kp, M),
                    name.c_str());
        });
        double rate = static_cast<double>(bytes) / ms / 1e6;
        printf("%-8s %-5s %4d rows  [%6d, %5d]  %-16s splits %d  %8.4f ms  %6.0f GB/s  %5.1f %% of copy  %6.1f TF\n",
               what.c_str(), type.c_str(), M, outputs, K, name.c_str(), static_cast<int>(g.z), ms, rate,
               100 * rate / copyGBs, 2e-9 * M * static_cast<double>(elements) / ms);
    }
}

/** Times attention over a context of cached keys. */
void attention(const Layer& l, int M, int context) {
    constexpr int BLOCK = 16;
    constexpr int SPLIT = 512;
    int blocks = (context + BLOCK - 1) / BLOCK;
    int columns = (l.heads + 2 * l.kvHeads) * l.headDim;
    std::vector<StepRow> rowValues(M);
    std::vector<StepTile> tileValues;
    int limit = 64 / (l.heads / l.kvHeads);
    for (int m = 0; m < M; m++) {
        rowValues[m].visible = context;
        rowValues[m].slot = NONE;
        if (m % limit == 0) {
            tileValues.push_back({m, std::min(limit, M - m), 0, context, context, 0, 0, 0});
        }
    }
    std::vector<int> table(blocks);
    for (int b = 0; b < blocks; b++) {
        table[b] = b;
    }
    Device<StepRow> rows(rowValues);
    Device<StepTile> tiles(tileValues);
    Device<int> tables(table);
    Device<float> qkv(static_cast<size_t>(M) * columns);
    randomise("f32", qkv, 1LL * M * columns, 1.f);
    Device<uint16_t> cache(static_cast<size_t>(blocks) * 2 * l.kvHeads * BLOCK * l.headDim);
    randomise("bf16", cache, 2LL * blocks * l.kvHeads * BLOCK * l.headDim, 1.f);
    int splits = (context + SPLIT - 1) / SPLIT;
    Device<float> partials(static_cast<size_t>(splits + 1) * M * l.heads * (l.headDim + 2));
    int pitch = (l.heads * l.headDim + 63) / 64 * 64;
    Device<uint16_t> out(static_cast<size_t>(M) * pitch);
    Geometry g;
    g.x = static_cast<unsigned>(tileValues.size());
    g.y = static_cast<unsigned>(l.kvHeads);
    g.z = static_cast<unsigned>(splits + 1);
    g.shared = static_cast<unsigned>(512 * l.headDim);
    Geometry merge;
    merge.x = static_cast<unsigned>(M);
    merge.y = static_cast<unsigned>(l.heads);
    merge.block = static_cast<unsigned>(l.headDim);
    std::string dim = std::to_string(l.headDim);
    float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(l.headDim)));
    double ms = milliseconds([&](int) {
        require(launch("attention_bf16_" + dim, g, partials.pointer(), qkv.pointer(), cache.pointer(), rows.pointer(),
                       tiles.pointer(), tables.pointer(), blocks, l.heads, l.kvHeads, BLOCK, scale, INT_MAX, M, SPLIT,
                       splits),
                "attention");
        require(launch("attention_merge_bf16_" + dim, merge, out.pointer(), partials.pointer(), rows.pointer(), M,
                       l.heads, pitch, INT_MAX, SPLIT, splits),
                "merge");
    });
    printf("attention bf16  %4d rows, %d keys  %8.4f ms, %6.0f GB/s of keys and values\n", M, context, ms,
           static_cast<double>(cache.bytes()) / ms / 1e6);
}

/** Times filtered sampling from random logits: top-k, top-p, neither. */
void filteredSampling(int vocab, int M) {
    size_t cells = static_cast<size_t>(M) * vocab;
    Device<float> logits(cells);
    Device<float> scores(cells);
    Device<int> ids(cells);
    randomise("f32", logits, static_cast<long long>(cells), 10.f);
    Device<uint32_t> banned(std::vector<uint32_t>((vocab + 31) / 32, 0));
    Device<int> numbers(std::vector<int>(M, 0));
    Device<StepRow> rows(std::vector<StepRow>(1));
    Device<int> sampled(M);
    for (const char* filter : {"none", "top-k 50", "top-p 0.9"}) {
        StepSampling how{};
        how.temperature = how.inverseTemperature = 1;
        how.topK = filter[4] == 'k' ? 50 : 0;
        how.topP = filter[4] == 'p' ? 0.9 : 1;
        how.typicalP = 1;
        how.minP = INFINITY;
        how.topTokens = NONE;
        Device<StepSampling> samplings(std::vector<StepSampling>(M, how));
        double ms = milliseconds([&](int) {
            require(launch("sample_filtered", Geometry{static_cast<unsigned>(M), 1, 1, 512, 65536}, sampled.pointer(),
                           scores.pointer(), ids.pointer(), logits.pointer(), samplings.pointer(),
                           reinterpret_cast<int*>(samplings.pointer()), banned.pointer(), numbers.pointer(),
                           rows.pointer(), vocab),
                    "sample_filtered");
        });
        printf("sample_filtered %4d rows of %d tokens, filter %-9s  %8.4f ms\n", M, vocab, filter, ms);
    }
}

} // namespace

int main(int count, char** arguments) {
    open(count > 1 ? arguments[1] : COMMITTED_PTX);
    char name[128] = "";
    cuDeviceGetName(name, sizeof name, 0);
    bool emulated = strcmp(name, "emulated") == 0;
    size_t cache = emulated ? 1 << 16 : 256u << 20;
    double copy = copyRate(4 * cache);
    printf("%s, copy %.0f GB/s\n", name, copy);
    for (const Layer& l : LAYERS) {
        bool tiny = std::string(l.name) == "tiny";
        if (count > 2 ? l.name != std::string(arguments[2]) : tiny != emulated) {
            continue;
        }
        filteredSampling(l.vocab, 8);
        for (int M : {1, 4, 8, 16, 20, 72, 144, 272, 2048}) {
            if (emulated && M > 20) {
                break;
            }
            for (std::string type : {"bf16", "int8", "int4"}) {
                product("qkv", type, M, (l.heads + 2 * l.kvHeads) * l.headDim, l.hidden, copy, cache);
                product("output", type, M, l.hidden, l.heads * l.headDim, copy, cache);
                product("gate-up", type, M, 2 * l.intermediate, l.hidden, copy, cache);
                product("down", type, M, l.hidden, l.intermediate, copy, cache);
            }
            attention(l, M, emulated ? 100 : 4096);
        }
    }
    return failures == 0 ? 0 : 1;
}
