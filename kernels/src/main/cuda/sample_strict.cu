/*
 * sample_strict_<w>:  best[m, c] = the best token of row m among the columns of block c of the head; logits never
 *                     leave the chip. sample_tile.cu has the same on tensor cores.
 * sample_best:        sampled[m] = the best of them all
 *
 *   name        shape           dtype         meaning
 *   best        [M, C]          Candidate     written; C is the number of blocks along the vocabulary
 *   x           [M, xPitch]     f32 or bf16   normalised rows, gathered; f32 with xPitch = K for strict
 *   w, scale, bias              w             the head, as for linear_*
 *   banned      [ceil(N / 32)]  u32           bit (id % 32) of word id / 32: never sampled
 *   rowNumbers  [M]             i32           where each row of x stands in the step, or NONE
 *   rows        [*]             StepRow       position that a row decides, sequence
 *   sequences   [*]             StepSequence  temperature and seed
 *   N           scalar          i32           vocabulary
 *   sampled     [M]             i32           written; NONE where the row number is NONE, no score is finite, or one is
 *                                             NaN or positive infinity
 *   candidates  scalar          i32           C
 *
 * Launch    sample_strict: grid (Np / 64, ceil(M / 16)), block 64. sample_best: grid M, block 128.
 * Numerics  score = logit / T + Gumbel noise of (seed, position, id), logit where T is 0; ties go to the lowest id, so
 *           the result does not depend on the order of the parts. 1 / T is a product with its rounded inverse.
 * Oracle    dev.tidar.sampling.TokenSampler.sample; of strict logits the same id.
 * Cost      that of the product; 8*M*C bytes more.
 * Source    Gumbel-max trick; noise of noise.cuh
 */
#include "sample.cuh"
#include "strict.cuh"

template <class W>
__device__ __forceinline__ void sample_strict(const Product& p, const HeadSampling& sampling) {
    SHARED(StrictStorage, shared);
    int first = blockIdx.y * STRICT_ROWS;
    int n = blockIdx.x * TILE + threadIdx.x;
    float sums[STRICT_ROWS];
    strict_sums<W>(sums, shared, static_cast<const float*>(p.x), p.w, p.scale, first, p.M, p.Np, p.K, p.xPitch);
#pragma unroll
    for (int r = 0; r < STRICT_ROWS; r++) {
        shared.scores[r][threadIdx.x] = p.finish<W::GROUP_SCALES>(sums[r], first + r, n);
    }
    __syncthreads();
    int row = first + threadIdx.x;
    if (threadIdx.x < STRICT_ROWS && row < p.M) {
        PlainSampling how = plain_sampling(sampling, row);
        Candidate best = no_candidate();
#pragma unroll 1
        for (int c = 0; c < TILE; c++) {
            best = consider(best, sampling, how, shared.scores[threadIdx.x][c], blockIdx.x * TILE + c);
        }
        sampling.best[static_cast<size_t>(row) * gridDim.x + blockIdx.x] = best;
    }
}

SAMPLE_KERNEL(sample_strict_f32, 64, sample_strict<F32>)
SAMPLE_KERNEL(sample_strict_bf16, 64, sample_strict<Bf16>)
SAMPLE_KERNEL(sample_strict_int8, 64, sample_strict<Int8>)
SAMPLE_KERNEL(sample_strict_int4, 64, sample_strict<Int4>)

extern "C" __global__ void __launch_bounds__(128)
    sample_best(int* sampled, const Candidate* best, const int* rowNumbers, int candidates) {
    struct Storage {
        Candidate best[128];
    };
    SHARED(Storage, shared);
    Candidate own = no_candidate();
    for (int c = threadIdx.x; c < candidates; c += 128) {
        own = better(own, best[static_cast<size_t>(blockIdx.x) * candidates + c]);
    }
    shared.best[threadIdx.x] = own;
    for (int half = 64; half > 0; half /= 2) {
        __syncthreads();
        if (static_cast<int>(threadIdx.x) < half) {
            shared.best[threadIdx.x] = better(shared.best[threadIdx.x], shared.best[threadIdx.x + half]);
        }
    }
    if (threadIdx.x == 0) {
        int token = shared.best[0].token;
        sampled[blockIdx.x] = rowNumbers[blockIdx.x] == NONE || token == NOT_A_NUMBER ? NONE : token;
    }
}
