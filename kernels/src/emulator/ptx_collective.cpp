// What the lanes of a warp do together: PTX ISA 9.7.8 (shfl.sync), 9.7.12 (bar.warp.sync, membar), 9.7.13 (ldmatrix,
// mma).
#include "ptx_bfloat16.h"
#include "ptx_forms.h"

namespace emulated::ptx {

namespace {

void requireWholeWarp(const Warp& warp, const Instruction& i) {
    if (warp.lanes != ALL) {
        warp.block->stop(FAILED, warp, i, __builtin_ctz(warp.lanes), "not all 32 threads of the warp are here");
    }
}

/** The threads that a .sync instruction names must be those that execute it. */
void requireMembers(const Warp& warp, const Instruction& i, const uint32_t* members) {
    forLanes(warp, [&](int lane) {
        if ((members[lane] & warp.alive) != warp.lanes) {
            warp.block->stop(FAILED, warp, i, lane, "the threads that are named are not those that are here");
        }
    });
}

/** shfl.sync d|p, a, b, c, members; SOURCE tells from which lane the value comes. */
template <int (*SOURCE)(int lane, int b, int least)>
void shuffle(Warp& warp, const Instruction& i) {
    const uint32_t* a = read<uint32_t>(warp, i, i.operands[2]);
    const uint32_t* b = read<uint32_t>(warp, i, i.operands[3]);
    const uint32_t* c = read<uint32_t>(warp, i, i.operands[4]);
    requireMembers(warp, i, read<uint32_t>(warp, i, i.operands[5]));
    uint32_t values[LANES] = {};
    bool inside[LANES] = {};
    forLanes(warp, [&](int lane) {
        int segment = static_cast<int>(c[lane] >> 8 & 31);
        int largest = (lane & segment) | (static_cast<int>(c[lane] & 31) & ~segment);
        int source = SOURCE(lane, static_cast<int>(b[lane] & 31), lane & segment);
        inside[lane] = source <= largest;
        source = inside[lane] ? source : lane;
        if ((warp.lanes >> source & 1) == 0) {
            warp.block->stop(FAILED, warp, i, lane, "the value comes from a thread that is not here");
        }
        values[lane] = a[source];
    });
    write(warp, i.operands[0], values);
    write(warp, i.operands[1], inside);
}

int butterfly(int lane, int b, int) { return lane ^ b; }
int indexed(int, int b, int least) { return least | b; }

void synchroniseWarp(Warp& warp, const Instruction& i) {
    requireMembers(warp, i, read<uint32_t>(warp, i, i.operands[0]));
    warp.epoch++;
}

/** Nothing to do: each instruction is finished before the next begins. */
void fence(Warp&, const Instruction&) {}

void trap(Warp& warp, const Instruction& i) {
    warp.block->stop(FAILED, warp, i, __builtin_ctz(warp.lanes), "the kernel stops by itself");
}

/** Four 8 x 8 matrices of 16 bits; lane i gives the address of row i % 8 of matrix i / 8. */
template <bool TRANSPOSED>
void loadMatrices(Warp& warp, const Instruction& i) {
    requireWholeWarp(warp, i);
    const uint32_t* rows = read<uint32_t>(warp, i, i.operands[4]);
    uint16_t matrices[LANES][8];
    for (int lane = 0; lane < LANES; lane++) {
        uint32_t at = rows[lane] + static_cast<uint32_t>(i.operands[4].offset);
        if (at % 16 != 0) {
            warp.block->misaligned(warp, i, lane, at);
        }
        if (const char* bad = warp.block->shared.reads(visitor(warp, lane), at, 16)) {
            wrongShared(warp, i, lane, at, bad);
        }
        memcpy(matrices[lane], warp.block->shared.data(at), 16);
    }
    for (int m = 0; m < 4; m++) {
        uint32_t values[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            int row = lane / 4;
            int column = lane % 4 * 2;
            uint16_t first = TRANSPOSED ? matrices[m * 8 + column][row] : matrices[m * 8 + row][column];
            uint16_t second = TRANSPOSED ? matrices[m * 8 + column + 1][row] : matrices[m * 8 + row][column + 1];
            values[lane] = static_cast<uint32_t>(second) << 16 | first;
        }
        write(warp, i.operands[m], values);
    }
}

/**
 * d[16, 8] = a[16, 16] b[16, 8] + c. The manual leaves the order of the sum and its roundings open; here it is a chain
 * of fused multiply-adds in ascending k that begins with c, as in device.cuh.
 */
void multiplyMatrices(Warp& warp, const Instruction& i) {
    requireWholeWarp(warp, i);
    float a[16][16];
    float b[16][8];
    float c[16][8];
    for (int r = 0; r < 4; r++) {
        const uint32_t* pairs = read<uint32_t>(warp, i, i.operands[4 + r]);
        const float* sums = read<float>(warp, i, i.operands[10 + r]);
        for (int lane = 0; lane < LANES; lane++) {
            int group = lane / 4;
            int place = lane % 4 * 2;
            a[group + r % 2 * 8][place + r / 2 * 8] = widen(static_cast<uint16_t>(pairs[lane]));
            a[group + r % 2 * 8][place + r / 2 * 8 + 1] = widen(static_cast<uint16_t>(pairs[lane] >> 16));
            c[group + r / 2 * 8][place + r % 2] = sums[lane];
        }
    }
    for (int r = 0; r < 2; r++) {
        const uint32_t* pairs = read<uint32_t>(warp, i, i.operands[8 + r]);
        for (int lane = 0; lane < LANES; lane++) {
            b[lane % 4 * 2 + r * 8][lane / 4] = widen(static_cast<uint16_t>(pairs[lane]));
            b[lane % 4 * 2 + r * 8 + 1][lane / 4] = widen(static_cast<uint16_t>(pairs[lane] >> 16));
        }
    }
    for (int m = 0; m < 16; m++) {
        for (int k = 0; k < 16; k++) {
            for (int n = 0; n < 8; n++) {
                c[m][n] = __builtin_fmaf(a[m][k], b[k][n], c[m][n]);
            }
        }
    }
    for (int r = 0; r < 4; r++) {
        float values[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            values[lane] = c[lane / 4 + r / 2 * 8][lane % 4 * 2 + r % 2];
        }
        write(warp, i.operands[r], values);
    }
}

} // namespace

void addWarpForms(Forms& forms) {
    forms.add("shfl.sync.bfly.b32", MOVEMENT, {4, 1, 4, 4, 4, 4}, shuffle<butterfly>);
    forms.add("shfl.sync.idx.b32", MOVEMENT, {4, 1, 4, 4, 4, 4}, shuffle<indexed>);
    forms.add("bar.warp.sync", SYNCHRONISATION, {4}, synchroniseWarp);
    forms.add("membar.gl", SYNCHRONISATION, {}, fence);
    forms.add("trap", MISCELLANEOUS, {}, trap);
    forms.add("ldmatrix.sync.aligned.m8n8.x4.shared.b16", MATRIX, {4, 4, 4, 4, 4}, loadMatrices<false>);
    forms.add("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16", MATRIX, {4, 4, 4, 4, 4}, loadMatrices<true>);
    forms.add("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", MATRIX, std::vector<int>(14, 4), multiplyMatrices);
}

} // namespace emulated::ptx
