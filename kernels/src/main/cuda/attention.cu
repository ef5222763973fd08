/*
 * attention_bf16_<d>:        the part of the softmax attention of all rows that one split of the keys makes
 * attention_merge_bf16_<d>:  out = the parts of each row and head, merged
 *
 *   name         shape                                         dtype     meaning
 *   partials     [splits + 1][M][heads][d + 2]                 f32       written: sum of weighted values, then largest
 *                                                                        score and sum of weights, in units of log2
 *   out          [M, outPitch]                                 bf16      written; zero where a row sees nothing
 *   qkv          [M, heads + 2 * kvHeads, d]                   f32       as rotate_store left it
 *   kv           [blocks][K, V][kvHeads][blockTokens][d]       bf16      cache of this layer
 *   rows         [M]                                           StepRow   visible, group
 *   tiles        [T]                                           StepTile  rows that share a block's loads
 *   tables       [S, tableStride]                              i32       blocks of each sequence in position order
 *   scale        scalar                                        f32       1 / sqrt(d)
 *   window       scalar                                        i32       a row sees no cached key before position + 1
 *                                                                        - window
 *   M            scalar                                        i32       rows of the step
 *   splitTokens  scalar                                        i32       keys of a split, a multiple of 64
 *   splits       scalar                                        i32       splits of cached keys; number `splits` is the
 *                                                                        fresh keys of the rows' own groups
 *
 * Launch    attention_bf16_<d>: grid (T, kvHeads, splits + 1), block 128, dynamic shared memory 512 * d bytes: keys and
 *           values of two tiles.
 *           attention_merge_bf16_<d>: grid (M, heads), block d. Both with d = 64 or 128.
 * Numerics  bf16 products, f32 sums. Keys are reduced in tiles of 64 aligned to absolute positions, splits in ascending
 *           order, the fresh keys last; where a split begins does not depend on the bucket, so neither do the bits of
 *           an exact row. Fresh keys are reduced from the first of the tile's rows on, so those of a drafting row can.
 *           Query, weights and fresh keys and values are rounded to bf16.
 * Oracle    dev.tidar.backend.cpu.Attention on the rounded inputs: |gpu - cpu| <= 2^-7 max |value|.
 * Cost      keys and values are read once for every tile: 64 queries, rows times the heads that share a KV head.
 * Source    Dao et al. 2022 and 2023 (arXiv 2205.14135, 2307.08691); split keys as in Flash-Decoding.
 * Mask      as drawn in attention_strict.cu. Tiles that every row sees are not compared, and those before the window
 *           of every row are not read.
 */
#include "device.cuh"

namespace flash {

constexpr int KEYS = 64; // of a tile; a thread block has as many queries, 16 for each of its 4 warps
constexpr float LOG2_E = 1.44269504f;

/** One thread block's work, and how its lanes share it: lane 4g + t has queries g and g + 8 of its warp. */
template <int D>
struct TileAttention {
    static constexpr int CHUNKS = D / 8;              // 16-byte chunks of a key
    static constexpr int MATRIX_BYTES = KEYS * D * 2; // keys or values of a tile
    static constexpr int STAGE_BYTES = 2 * MATRIX_BYTES;

    const float* qkv;
    const bf16* kv;
    const StepRow* rows;
    const int* table;
    StepTile tile;
    int heads, kvHeads, blockTokens;
    int kvHead, sharing, window;
    float scale;
    char* shared;

    uint32_t query[D / 16][4];
    float sums[D / 8][4];
    float largest[2];
    float weights[2];
    int lowest[2], visible[2], groupFirst[2], groupEnd[2];

    __device__ __forceinline__ int columns() const { return (heads + 2 * kvHeads) * D; }

    /** The query of this lane's half 0 or 1: its place among the tile's queries. */
    __device__ __forceinline__ int query_of(int half) const {
        return threadIdx.x / 32 * 16 + threadIdx.x % 32 / 4 + half * 8;
    }

    __device__ __forceinline__ bool exists(int query) const { return query < tile.rowCount * sharing; }
    __device__ __forceinline__ int row_of(int query) const { return tile.firstRow + query / sharing; }
    __device__ __forceinline__ int head_of(int query) const { return kvHead * sharing + query % sharing; }

    /** Queries as operands, and what their rows see. */
    __device__ __forceinline__ void begin() {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            int q = query_of(half);
            bool real = exists(q);
            const float* from =
                qkv + static_cast<size_t>(real ? row_of(q) : 0) * columns() + (real ? head_of(q) : 0) * D;
#pragma unroll
            for (int k = 0; k < D / 16; k++) {
#pragma unroll
                for (int part = 0; part < 2; part++) {
                    const float* at = from + k * 16 + part * 8 + threadIdx.x % 4 * 2;
                    query[k][half + part * 2] = real ? pack(at[0], at[1]) : 0;
                }
            }
            StepRow row = real ? rows[row_of(q)] : StepRow{};
            lowest[half] = real ? first_seen(row.position, window) : 0;
            visible[half] = row.visible;
            groupFirst[half] = row.groupFirst;
            groupEnd[half] = row.groupEnd;
            largest[half] = -INFINITE;
            weights[half] = 0.f;
        }
#pragma unroll
        for (int n = 0; n < D / 8; n++) {
#pragma unroll
            for (int r = 0; r < 4; r++) {
                sums[n][r] = 0.f;
            }
        }
    }

    /** A chunk of a key's or value's row in shared memory; permuted, so that eight rows hit all banks. */
    __device__ __forceinline__ char* chunk_at(char* matrix, int key, int chunk) const {
        return matrix + key * (D * 2) + (chunk ^ key % 8) * 16;
    }

    /** Starts copying cached keys and values [first, first + 64); what no row sees is zero. */
    __device__ __forceinline__ void copy_cached(int stage, int first) {
        char* keys = shared + stage * STAGE_BYTES;
        for (int i = threadIdx.x; i < KEYS * CHUNKS; i += blockDim.x) {
            int key = i / CHUNKS;
            int chunk = i % CHUNKS;
            int position = first + key;
            bool seen = position < tile.maxVisible;
            size_t block = seen ? table[position / blockTokens] : 0;
            size_t slot = ((block * 2 * kvHeads + kvHead) * blockTokens + (seen ? position % blockTokens : 0)) * D;
            const bf16* from = kv + slot + chunk * 8;
            copy_async(chunk_at(keys, key, chunk), from, seen);
            copy_async(chunk_at(keys + MATRIX_BYTES, key, chunk), from + static_cast<size_t>(kvHeads) * blockTokens * D,
                       seen);
        }
    }

    /** Writes fresh keys and values of rows [first, first + 64) of the step, rounded. */
    __device__ __forceinline__ void write_fresh(int first) {
        for (int i = threadIdx.x; i < KEYS * CHUNKS; i += blockDim.x) {
            int key = i / CHUNKS;
            int chunk = i % CHUNKS;
            bool seen = first + key < tile.freshEnd;
            const float* from =
                qkv + static_cast<size_t>(seen ? first + key : 0) * columns() + (heads + kvHead) * D + chunk * 8;
#pragma unroll
            for (int isValue = 0; isValue < 2; isValue++) {
                Chunk c;
                for (int w = 0; w < 4; w++) {
                    c.word[w] = seen ? pack(from[2 * w], from[2 * w + 1]) : 0;
                }
                *reinterpret_cast<Chunk*>(chunk_at(shared + isValue * MATRIX_BYTES, key, chunk)) = c;
                from += kvHeads * D;
            }
        }
    }

    /** Scores of one tile of keys: 8 groups of 8 keys, as mma leaves them. */
    __device__ __forceinline__ void score(float (&scores)[KEYS / 8][4], char* keys) {
        int lane = threadIdx.x % 32;
#pragma unroll
        for (int n = 0; n < KEYS / 8; n++) {
            scores[n][0] = scores[n][1] = scores[n][2] = scores[n][3] = 0.f;
#pragma unroll
            for (int k = 0; k < D / 32; k++) {
                uint32_t b[4];
                load_matrices(b, chunk_at(keys, n * 8 + lane % 8, k * 4 + lane / 8));
                multiply(scores[n], query[2 * k], b[0], b[1]);
                multiply(scores[n], query[2 * k + 1], b[2], b[3]);
            }
        }
    }

    /** Softmax so far: rescales what there is, adds the weights of this tile, leaves them in `scores`. */
    template <class Sees>
    __device__ __forceinline__ void weigh(float (&scores)[KEYS / 8][4], bool compare, Sees sees) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float highest = largest[half];
#pragma unroll
            for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
                for (int r = 0; r < 2; r++) {
                    float& s = scores[n][half * 2 + r];
                    s = s * (scale * LOG2_E);
                    if (compare && !sees(half, n * 8 + threadIdx.x % 4 * 2 + r)) {
                        s = -INFINITE;
                    }
                    highest = fmaxf(highest, s);
                }
            }
            highest = fmaxf(highest, __shfl_xor_sync(ALL_LANES, highest, 1));
            highest = fmaxf(highest, __shfl_xor_sync(ALL_LANES, highest, 2));
            float base = highest == -INFINITE ? 0.f : highest; // nothing seen yet: all weights are zero
            float factor = power_of_two(largest[half] - base);
            largest[half] = highest;
            weights[half] *= factor;
#pragma unroll
            for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
                for (int r = 0; r < 2; r++) {
                    float& s = scores[n][half * 2 + r];
                    s = power_of_two(s - base);
                    weights[half] += s;
                }
            }
#pragma unroll
            for (int n = 0; n < D / 8; n++) {
                sums[n][half * 2] *= factor;
                sums[n][half * 2 + 1] *= factor;
            }
        }
    }

    /** Adds the weighted values of the tile. */
    __device__ __forceinline__ void add_values(const float (&scores)[KEYS / 8][4], char* values) {
        int lane = threadIdx.x % 32;
#pragma unroll
        for (int k = 0; k < KEYS / 16; k++) {
            uint32_t a[4] = {pack(scores[2 * k][0], scores[2 * k][1]), pack(scores[2 * k][2], scores[2 * k][3]),
                             pack(scores[2 * k + 1][0], scores[2 * k + 1][1]),
                             pack(scores[2 * k + 1][2], scores[2 * k + 1][3])};
#pragma unroll
            for (int n = 0; n < D / 16; n++) {
                uint32_t b[4];
                load_matrices_transposed(b, chunk_at(values, k * 16 + lane % 16, n * 2 + lane / 16));
                multiply(sums[2 * n], a, b[0], b[1]);
                multiply(sums[2 * n + 1], a, b[2], b[3]);
            }
        }
    }

    template <class Sees>
    __device__ __forceinline__ void attend(int stage, bool compare, Sees sees) {
        float scores[KEYS / 8][4];
        char* keys = shared + stage * STAGE_BYTES;
        score(scores, keys);
        weigh(scores, compare, sees);
        add_values(scores, keys + MATRIX_BYTES);
    }

    /** Cached keys [from, end), `from` a multiple of 64. The next tile is copied while this one is multiplied. */
    __device__ __forceinline__ void attend_cached(int from, int end) {
        copy_cached(0, from);
        commit_copies();
        int stage = 0;
        for (int first = from; first < end; first += KEYS) {
            if (first + KEYS < end) {
                copy_cached(1 - stage, first + KEYS);
            }
            commit_copies();
            wait_for_copies<1>();
            __syncthreads();
            bool compare = first + KEYS > tile.minVisible || first < max(lowest[0], lowest[1]);
            attend(stage, compare,
                   [&](int half, int key) { return first + key >= lowest[half] && first + key < visible[half]; });
            __syncthreads();
            stage = 1 - stage;
        }
        wait_for_copies<0>();
    }

    __device__ __forceinline__ void attend_fresh() {
        for (int first = tile.freshFirst; first < tile.freshEnd; first += KEYS) {
            __syncthreads();
            write_fresh(first);
            __syncthreads();
            attend(0, true,
                   [&](int half, int key) { return first + key >= groupFirst[half] && first + key < groupEnd[half]; });
        }
    }

    /** Writes what this split made of its queries; `partials` is that of the split, of row 0. */
    __device__ __forceinline__ void end(float* partials) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            weights[half] += __shfl_xor_sync(ALL_LANES, weights[half], 1);
            weights[half] += __shfl_xor_sync(ALL_LANES, weights[half], 2);
            int q = query_of(half);
            if (!exists(q)) {
                continue;
            }
            float* to = partials + (static_cast<size_t>(row_of(q)) * heads + head_of(q)) * (D + 2);
#pragma unroll
            for (int n = 0; n < D / 8; n++) {
                to[n * 8 + threadIdx.x % 4 * 2] = sums[n][half * 2];
                to[n * 8 + threadIdx.x % 4 * 2 + 1] = sums[n][half * 2 + 1];
            }
            if (threadIdx.x % 4 == 0) {
                to[D] = largest[half];
                to[D + 1] = weights[half];
            }
        }
    }
};

template <int D>
__device__ __forceinline__ void attention(float* partials, const float* qkv, const bf16* kv, const StepRow* rows,
                                          const StepTile* tiles, const int* tables, int tableStride, int heads,
                                          int kvHeads, int blockTokens, float scale, int window, int M, int splitTokens,
                                          int splits) {
    DYNAMIC_SHARED(shared);
    TileAttention<D> work;
    work.tile = tiles[blockIdx.x];
    int split = blockIdx.z;
    bool fresh = split == splits;
    int end = min((split + 1) * splitTokens, work.tile.maxVisible);
    int from = max(split * splitTokens, first_seen(work.tile.minPosition, window) / KEYS * KEYS);
    if (work.tile.rowCount == 0 || (fresh ? work.tile.freshFirst >= work.tile.freshEnd : from >= end)) {
        return; // nothing here: the merge knows that from the rows
    }
    work.qkv = qkv;
    work.kv = kv;
    work.rows = rows;
    work.table = tables + static_cast<size_t>(work.tile.sequence) * tableStride;
    work.heads = heads;
    work.kvHeads = kvHeads;
    work.blockTokens = blockTokens;
    work.kvHead = blockIdx.y;
    work.sharing = heads / kvHeads;
    work.scale = scale;
    work.window = window;
    work.shared = shared;
    work.begin();
    if (fresh) {
        work.attend_fresh();
    } else {
        work.attend_cached(from, end);
    }
    work.end(partials + static_cast<size_t>(split) * M * heads * (D + 2));
}

template <int D>
__device__ __forceinline__ void attention_merge(bf16* out, const float* partials, const StepRow* rows, int M, int heads,
                                                int outPitch, int window, int splitTokens, int splits) {
    StepRow row = rows[blockIdx.x];
    int lowest = first_seen(row.position, window);
    int present = (row.visible + splitTokens - 1) / splitTokens;
    bool fresh = row.groupEnd > row.groupFirst;
    int d = threadIdx.x;
    float largest = -INFINITE;
    float weights = 0.f;
    float sum = 0.f;
    for (int i = 0; i < present + (fresh ? 1 : 0); i++) {
        int split = i < present ? i : splits;
        if (i < present && lowest >= min((i + 1) * splitTokens, row.visible)) {
            continue; // it sees no key of this split, which need not have been computed
        }
        const float* part = partials + ((static_cast<size_t>(split) * M + blockIdx.x) * heads + blockIdx.y) * (D + 2);
        float highest = fmaxf(largest, part[D]);
        float base = highest == -INFINITE ? 0.f : highest;
        float before = power_of_two(largest - base);
        float here = power_of_two(part[D] - base);
        weights = weights * before + part[D + 1] * here;
        sum = sum * before + part[d] * here;
        largest = highest;
    }
    out[static_cast<size_t>(blockIdx.x) * outPitch + blockIdx.y * D + d] = narrow(weights > 0 ? sum / weights : 0.f);
}

} // namespace flash

#define ATTENTION(D)                                                                                                 \
    extern "C" __global__ void __launch_bounds__(128)                                                                \
        attention_bf16_##D(float* partials, const float* qkv, const bf16* kv, const StepRow* rows,                   \
                           const StepTile* tiles, const int* tables, int tableStride, int heads, int kvHeads,        \
                           int blockTokens, float scale, int window, int M, int splitTokens, int splits) {           \
        flash::attention<D>(partials, qkv, kv, rows, tiles, tables, tableStride, heads, kvHeads, blockTokens, scale, \
                            window, M, splitTokens, splits);                                                         \
    }                                                                                                                \
    extern "C" __global__ void __launch_bounds__(D)                                                                  \
        attention_merge_bf16_##D(bf16* out, const float* partials, const StepRow* rows, int M, int heads,            \
                                 int outPitch, int window, int splitTokens, int splits) {                            \
        flash::attention_merge<D>(out, partials, rows, M, heads, outPitch, window, splitTokens, splits);             \
    }

ATTENTION(64)
ATTENTION(128)
