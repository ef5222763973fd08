/*
 * What changes from step to step, and the conventions that all kernels share.
 *
 * Everything that differs between two steps of one shape is read from device memory: from the step block below, which
 * the host writes in one copy, or from what earlier kernels of the step wrote. Pointers, sizes and launch geometry
 * depend on the shape alone, so a captured graph replays any step of its shape.
 *
 * Rows      A step has M rows: E exact rows, then M - E drafting rows, each range padded to its bucket. A padding row
 *           is token 0 at position 0 that sees nothing; its slot is NONE, and what it computes is never read.
 * Numbers   f32 tensors are dense, [rows, columns]. Their bf16 twins, the inputs of tensor-core products, have a pitch:
 *           columns rounded up to 64, the elements after the columns zero. int is 32 bits. NONE is -1.
 * Weights   weights.cuh says how a matrix lies in memory.
 * Strict    Kernels named strict, and those whose header says so, compute the very bits of the CPU backend: single
 *           IEEE operations, contraction off (-fmad=false), fused multiply-adds only where they are written.
 */
#pragma once

#include <cstdint>

constexpr int NONE = -1;

/** One row of a step, 32 bytes. */
struct alignas(16) StepRow {
    int token;      // id to embed
    int position;   // of the token in its sequence
    int visible;    // cached keys it sees: positions [0, visible)
    int sequence;   // index of its sequence in the step
    int groupFirst; // drafting rows: its own group is rows [groupFirst, groupEnd) of the step, seen in both directions
    int groupEnd;   // equal to groupFirst where there is no group
    int decides;    // position of the token that is sampled from this row
    int slot;       // where its key and value are stored: block * blockTokens + offset; NONE stores nothing
};

/** One sequence of a step, 48 bytes. How it samples, and what it verifies; see VerifyPlan of the engine. */
struct alignas(16) StepSequence {
    uint64_t seed;
    float temperature;        // 0 takes the best
    float inverseTemperature; // 1 / temperature, rounded once by the host
    int firstRow;             // row of the anchor
    int verifyRows;           // 0 where nothing is verified, and in padding
    int firstSample;          // where its samples begin among the samples of the step
    int firstDraft;           // where its drafts begin; it has draftLength - 1
    int draftLength;          // K; 1 where no group is carried, and in padding
    int firstGroup; // groups[firstGroup + kept] is the first row of the group that drafts after kept rows, or NONE
    float beta;     // trust in the verify rows; below 1 each is mixed with the mask that proposes the same token
    int reserved;
};

/**
 * Rows of one sequence that attend together, 32 bytes; for the tensor-core attention only. Rows are consecutive, all
 * exact or all drafting. A step has as many tiles as its bucket; the rest have rowCount 0.
 */
struct alignas(16) StepTile {
    int firstRow;
    int rowCount; // at most 64 / (query heads per KV head)
    int sequence;
    int minVisible; // of its rows: keys below it need no comparison
    int maxVisible;
    int freshFirst; // union of the groups of its rows, [freshFirst, freshEnd) in rows of the step
    int freshEnd;
    int minPosition; // of its rows, padding left out: no row sees a key before the window of this one
};

/**
 * How one row is sampled where it has more than temperature and seed, 112 bytes; see RowSampling of the engine.
 * Lists stand after the last of these structs, each at a number of words from the first struct; rows share equal lists.
 * Ids beyond the vocabulary are ignored.
 */
struct alignas(16) StepSampling {
    uint64_t seed;
    float temperature;        // 0 takes the best
    float inverseTemperature; // 1 / temperature, rounded once by the host
    double topP;              // 1 is off
    double typicalP;          // 1 is off
    int topK;                 // 0 is off
    float minP;               // largest distance to the best: -ln(min-p); infinite is off
    float repetition, frequency, presence;
    int plain;        // 1: temperature and seed are all there is, so the sample is that of sample_best
    int bias;         // where {int id, float value} begin, biasCount of them
    int biasCount;    //
    int history;      // {int id, int inAnswer} of the tokens that have appeared
    int historyCount; //
    int since;        // the same, in place of those in the history; few
    int sinceCount;   //
    int banned;       // ids that are not sampled at positions below bannedBefore
    int bannedCount;  //
    int bannedBefore; //
    int allowed;      // one bit for each token that may be sampled; tokens beyond the last word may not
    int allowedWords; // 0 allows all
    int topTokens;    // log-probabilities of as many most likely tokens are reported; NONE: of none, nor of the sample
    int reserved[2];
};

static_assert(sizeof(StepRow) == 32 && sizeof(StepSequence) == 48 && sizeof(StepTile) == 32, "the host writes these");
static_assert(sizeof(StepSampling) == 112, "the host writes these");

/** What a product does with its finished outputs. */
enum Epilogue : int {
    STORE = 0,       // y f32 = v
    STORE_BF16 = 1,  // y bf16 = v
    ADD = 2,         // y f32 += v
    SWIGLU = 3,      // y f32 = silu(gate) * up, of a gated matrix
    SWIGLU_BF16 = 4, // y bf16
};

/** The best token of one row among some columns of the head. */
struct Candidate {
    float score;
    int token; // NONE: no finite score; NOT_A_NUMBER: a score is NaN or positive infinity, so the row samples nothing
};

constexpr int NOT_A_NUMBER = -2;
