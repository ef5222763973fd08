// Attention of both kinds against softmax in double, over blocks in scattered order, with groups and two sequences.
#include "products.h"

namespace self_test {

namespace {

/** A step of attention: two sequences, exact rows and drafting groups. */
struct Step {
    int heads, kvHeads, headDim, blockTokens;
    int cached[2]; // tokens of each sequence that are in the cache
    int window;
    std::vector<StepRow> rows;
    std::vector<int> tables;
    int tableStride;
    std::vector<float> qkv;
    std::vector<float> cache;

    int columns() const { return (heads + 2 * kvHeads) * headDim; }
    int M() const { return static_cast<int>(rows.size()); }

    size_t cacheAt(int sequence, int position, int isValue, int kvHead) const {
        size_t block = tables[sequence * tableStride + position / blockTokens];
        return (((block * 2 + isValue) * kvHeads + kvHead) * blockTokens + position % blockTokens) * headDim;
    }
};

Step makeStep(int heads, int kvHeads, int headDim, int blockTokens, int tokens, int groupSize, int window,
              Random& random) {
    Step s{heads, kvHeads, headDim, blockTokens, {tokens, tokens / 2 + 1}, window, {}, {}, 0, {}, {}};
    s.tableStride = tokens / blockTokens + 2;
    int blocks = 2 * s.tableStride;
    for (int b = 0; b < blocks; b++) {
        s.tables.push_back(blocks - 1 - b); // not ascending
    }
    auto row = [&](int sequence, int visible, int first, int end) {
        StepRow r{};
        r.position = end > 0 ? visible + s.M() - first : std::max(0, visible - 1);
        r.sequence = sequence;
        r.visible = visible;
        r.groupFirst = first;
        r.groupEnd = end;
        r.slot = NONE;
        s.rows.push_back(r);
    };
    for (int sequence = 0; sequence < 2; sequence++) {
        for (int i = 0; i < 4; i++) {
            row(sequence, std::max(1, s.cached[sequence] - 3 + i), 0, 0);
        }
    }
    row(0, 0, 0, 0); // padding
    for (int sequence = 0; sequence < 2; sequence++) {
        for (int group = 0; group < 3; group++) {
            int first = s.M();
            int size = group == 2 ? groupSize + 1 : groupSize;
            for (int i = 0; i < size; i++) {
                row(sequence, std::max(0, s.cached[sequence] - 3 + group), first, first + size);
            }
        }
    }
    s.qkv.resize(static_cast<size_t>(s.M()) * s.columns());
    for (float& v : s.qkv) {
        v = fromBf16(toBf16(random.uniform()));
    }
    s.cache.resize(static_cast<size_t>(blocks) * 2 * kvHeads * blockTokens * headDim, NAN); // what nobody wrote
    for (int sequence = 0; sequence < 2; sequence++) {
        for (int p = 0; p < s.cached[sequence]; p++) {
            for (int i = 0; i < 2 * kvHeads * headDim; i++) {
                s.cache[s.cacheAt(sequence, p, i / (kvHeads * headDim), i / headDim % kvHeads) + i % headDim] =
                    fromBf16(toBf16(2 * random.uniform()));
            }
        }
    }
    return s;
}

/** Softmax attention of one row and head. */
std::vector<double> expected(const Step& s, int m, int head, double& bound) {
    const StepRow& row = s.rows[m];
    int kvHead = head / (s.heads / s.kvHeads);
    std::vector<const float*> keys;
    std::vector<const float*> values;
    for (int p = std::max(0, row.position + 1 - s.window); p < row.visible; p++) {
        keys.push_back(&s.cache[s.cacheAt(row.sequence, p, 0, kvHead)]);
        values.push_back(&s.cache[s.cacheAt(row.sequence, p, 1, kvHead)]);
    }
    for (int f = row.groupFirst; f < row.groupEnd; f++) {
        keys.push_back(&s.qkv[static_cast<size_t>(f) * s.columns() + (s.heads + kvHead) * s.headDim]);
        values.push_back(keys.back() + s.kvHeads * s.headDim);
    }
    const float* query = &s.qkv[static_cast<size_t>(m) * s.columns() + head * s.headDim];
    std::vector<double> out(s.headDim, 0);
    double sum = 0;
    for (size_t i = 0; i < keys.size(); i++) {
        double score = 0;
        for (int d = 0; d < s.headDim; d++) {
            score += static_cast<double>(query[d]) * keys[i][d];
        }
        double weight = std::exp(score / std::sqrt(s.headDim));
        sum += weight;
        for (int d = 0; d < s.headDim; d++) {
            out[d] += weight * values[i][d];
            bound = std::max(bound, std::abs(static_cast<double>(values[i][d])));
        }
    }
    for (double& value : out) {
        value = sum == 0 ? 0 : value / sum;
    }
    return out;
}

void compare(const Step& s, const std::vector<float>& out, double unit, const std::string& what) {
    double worst = 0;
    for (int m = 0; m < s.M(); m++) {
        for (int head = 0; head < s.heads; head++) {
            double bound = 0;
            std::vector<double> right = expected(s, m, head, bound);
            for (int d = 0; d < s.headDim; d++) {
                double off = std::abs(out[(static_cast<size_t>(m) * s.heads + head) * s.headDim + d] - right[d]);
                off /= unit * bound + 1e-30;
                worst = off > worst || off != off ? (off != off ? 1e30 : off) : worst;
            }
        }
    }
    check(worst <= 1, ("off by " + std::to_string(worst) + " of the bound").c_str(), what);
}

std::vector<uint16_t> narrowed(const std::vector<float>& values) {
    std::vector<uint16_t> result;
    for (float v : values) {
        result.push_back(toBf16(v));
    }
    return result;
}

void strict(const Step& s, const std::string& what) {
    Device<float> qkv(s.qkv);
    Device<float> cache(s.cache);
    Device<uint16_t> narrowCache(narrowed(s.cache));
    Device<StepRow> rows(s.rows);
    Device<int> tables(s.tables);
    Device<float> out(static_cast<size_t>(s.M()) * s.heads * s.headDim);
    float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(s.headDim)));
    Geometry g;
    g.x = static_cast<unsigned>(s.M());
    g.y = static_cast<unsigned>(s.heads);
    require(launch("attention_strict_f32", g, out.pointer(), qkv.pointer(), cache.pointer(), rows.pointer(),
                   tables.pointer(), s.tableStride, s.heads, s.kvHeads, s.headDim, s.blockTokens, scale, s.window),
            "attention_strict_f32");
    std::vector<float> wide = out.read();
    compare(s, wide, 1e-5, "attention_strict_f32" + what);
    require(launch("attention_strict_bf16", g, out.pointer(), qkv.pointer(), narrowCache.pointer(), rows.pointer(),
                   tables.pointer(), s.tableStride, s.heads, s.kvHeads, s.headDim, s.blockTokens, scale, s.window),
            "attention_strict_bf16");
    check(out.read() == wide, "differs from that of an f32 cache of the same values", "attention_strict_bf16" + what);
}

/** Tiles as the host makes them. */
std::vector<StepTile> tilesOf(const Step& s) {
    std::vector<StepTile> tiles;
    int limit = 64 / (s.heads / s.kvHeads);
    for (int m = 0; m < s.M(); m++) {
        const StepRow& r = s.rows[m];
        bool fits = !tiles.empty() && tiles.back().rowCount < limit && tiles.back().sequence == r.sequence &&
                    (tiles.back().freshEnd > 0) == (r.groupEnd > 0);
        if (!fits) {
            tiles.push_back({m, 0, r.sequence, r.visible, 0, r.groupFirst, 0, r.position});
        }
        StepTile& t = tiles.back();
        t.rowCount++;
        t.minVisible = std::min(t.minVisible, r.visible);
        t.maxVisible = std::max(t.maxVisible, r.visible);
        t.freshEnd = std::max(t.freshEnd, r.groupEnd);
        t.minPosition = std::min(t.minPosition, r.position);
    }
    tiles.push_back({}); // padding
    return tiles;
}

std::vector<float> fast(const Step& s, int splitTokens, int splits) {
    Device<float> qkv(s.qkv);
    Device<uint16_t> cache(narrowed(s.cache));
    Device<StepRow> rows(s.rows);
    Device<StepTile> tiles(tilesOf(s));
    Device<int> tables(s.tables);
    Device<float> partials(static_cast<size_t>(splits + 1) * s.M() * s.heads * (s.headDim + 2));
    int pitch = roundUp(s.heads * s.headDim, 64);
    Device<uint16_t> out(static_cast<size_t>(s.M()) * pitch);
    float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(s.headDim)));
    Geometry g;
    g.x = static_cast<unsigned>(tiles.count);
    g.y = static_cast<unsigned>(s.kvHeads);
    g.z = static_cast<unsigned>(splits + 1);
    g.shared = static_cast<unsigned>(512 * s.headDim);
    std::string dim = std::to_string(s.headDim);
    require(launch("attention_bf16_" + dim, g, partials.pointer(), qkv.pointer(), cache.pointer(), rows.pointer(),
                   tiles.pointer(), tables.pointer(), s.tableStride, s.heads, s.kvHeads, s.blockTokens, scale, s.window,
                   s.M(), splitTokens, splits),
            "attention_bf16");
    Geometry merge;
    merge.x = static_cast<unsigned>(s.M());
    merge.y = static_cast<unsigned>(s.heads);
    merge.block = static_cast<unsigned>(s.headDim);
    require(launch("attention_merge_bf16_" + dim, merge, out.pointer(), partials.pointer(), rows.pointer(), s.M(),
                   s.heads, pitch, s.window, splitTokens, splits),
            "attention_merge_bf16");
    std::vector<uint16_t> halves = out.read();
    std::vector<float> values;
    for (int m = 0; m < s.M(); m++) {
        for (int c = 0; c < s.heads * s.headDim; c++) {
            values.push_back(fromBf16(halves[static_cast<size_t>(m) * pitch + c]));
        }
    }
    return values;
}

constexpr int NO_WINDOW = 0x7fffffff;

void bothKinds(int heads, int kvHeads, int headDim, int tokens, int window, Random& random) {
    int groupSize = heads == kvHeads ? 30 : headDim == 128 ? 22 : 4; // at 22 and more, fresh keys fill a tile
    Step s = makeStep(heads, kvHeads, headDim, 16, tokens, groupSize, window, random);
    std::string what = " head dim " + std::to_string(headDim) + ", " + std::to_string(tokens) + " tokens, window " +
                       std::to_string(window);
    strict(s, what);
    std::vector<float> out = fast(s, 128, (tokens + 127) / 128);
    compare(s, out, 0x1p-7, "attention_bf16" + what);
    compare(s, fast(s, 256, 2), 0x1p-7, "attention_bf16 in splits of 256" + what);
    check(fast(s, 128, (tokens + 127) / 128 + 2) == out, "depends on the number of splits", "attention_bf16" + what);
}

} // namespace

void testAttention() {
    Random random{21};
    for (auto [heads, kvHeads, headDim, blockTokens, tokens, window] : {std::tuple{4, 2, 8, 16, 40, NO_WINDOW},
                                                                        {3, 1, 10, 4, 21, NO_WINDOW},
                                                                        {2, 2, 160, 32, 150, NO_WINDOW},
                                                                        {3, 1, 10, 4, 21, 7},
                                                                        {4, 2, 8, 16, 300, 50}}) {
        strict(makeStep(heads, kvHeads, headDim, blockTokens, tokens, 4, window, random),
               " head dim " + std::to_string(headDim));
    }
    for (auto [heads, kvHeads, headDim, tokens] : {std::tuple{9, 3, 64, 200}, {8, 8, 64, 5}, {16, 4, 128, 330}}) {
        bothKinds(heads, kvHeads, headDim, tokens, NO_WINDOW, random);
    }
    for (int window : {1, 33, 64, 130}) {
        bothKinds(9, 3, 64, 300, window, random);
    }
}

} // namespace self_test
