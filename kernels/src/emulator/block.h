// A thread block on a CPU: one operating system thread runs it, each CUDA thread is a fiber with a stack of its own.
// Threads meet at barriers and in warp operations; between them they run one after the other. What hardware leaves
// undefined is a fault here: a warp operation that not all threads of the warp reach, a barrier that some never reach.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};

namespace emulated {

constexpr int WARP = 32;
constexpr int MAX_THREADS = 1024;
constexpr int MAX_PENDING = 96;

/** A copy to shared memory that has been asked for and not yet waited for. */
struct AsyncCopy {
    void* to;
    const void* from;
    int bytes;
    int zeros; // after the bytes
    int group;
};

struct Fiber {
    void* stack;
    void* stackPointer;
    dim3 index;
    int pending;
    int group; // the commit group that is open
    AsyncCopy copies[MAX_PENDING];
};

/** What the threads of a warp exchange. Two of them in turn: a thread may be one operation ahead of the others. */
struct Exchange {
    uint64_t words[WARP];
    const void* addresses[WARP];
    uint32_t a[WARP][4];
    uint32_t b[WARP][2];
    float c[WARP][4];
};

enum class Operation : int { NONE, SYNC, SHUFFLE, VOTE, LOAD_MATRIX, MULTIPLY };

struct Warp {
    uint32_t all, alive, runnable, arrived, atBarrier;
    Operation operation;
    int turn;
    Exchange exchanges[2];
};

struct Block {
    dim3 index, size, grid;
    int threads;
    int current; // thread that runs
    int alive, atBarrier;
    uint32_t runnableWarps;
    void* mainStackPointer;
    const std::function<void()>* body;
    char* dynamicShared;
    char* staticShared;
    size_t staticBytes;
    Fiber* fibers;
    Warp warps[MAX_THREADS / WARP];

    Warp& warp() { return warps[current / WARP]; }
    int lane() const { return current % WARP; }
};

extern __thread Block* block __attribute__((tls_model("initial-exec")));

/**
 * Whether TIDAR_EMU_ORDER asks for descending order. Threads run in ascending order and copies happen as late as
 * possible; or threads run in descending order and copies happen at once. What depends on that lacks a barrier, and one
 * of the two shows it. The engine of the PTX runs warps and blocks in this order.
 */
bool descending();

/** Lets the next thread run. Returns when this one may go on. */
void switchAway();

/** Ends the kernel with this error code: a fault that hardware would report or not notice. */
[[noreturn]] void fault(int code, const char* what);

/** The address, if it is a multiple of `bytes`; else a fault. */
inline const void* aligned(const void* at, uintptr_t bytes) {
    if (reinterpret_cast<uintptr_t>(at) % bytes != 0) {
        fault(716, "an address is not aligned");
    }
    return at;
}

/**
 * Meets the other threads of the warp in this operation; the last to arrive computes it, if there is something to
 * compute. Returns what the threads have exchanged, good until the next operation but one.
 */
template <class Deposit, class Compute>
inline Exchange& meet(Operation operation, Deposit deposit, Compute compute) {
    Warp& warp = block->warp();
    uint32_t bit = 1u << block->lane();
    if (warp.alive != warp.all) {
        fault(719, "threads of a warp have ended before the others met");
    }
    if (warp.arrived == 0) {
        warp.operation = operation;
    } else if (warp.operation != operation) {
        fault(719, "threads of a warp meet in different operations");
    }
    Exchange& exchange = warp.exchanges[warp.turn];
    deposit(exchange, block->lane());
    warp.arrived |= bit;
    if (warp.arrived == warp.alive) {
        compute(exchange);
        warp.runnable |= warp.arrived;
        warp.arrived = 0;
        warp.turn ^= 1;
    } else {
        warp.runnable &= ~bit;
        switchAway();
    }
    return exchange;
}

void barrier();

/** The static shared memory of the block, as much as the kernel's one storage needs. */
char* staticShared(size_t bytes);

void copyAsync(void* to, const void* from, int bytes, int zeros);
void commitCopies();
void waitForCopies(int groupsLeft);

/** Runs all blocks of a grid; returns 0, or the code of the fault that ended it. */
int run(dim3 grid, dim3 size, size_t dynamicSharedBytes, const std::function<void()>& body);

/** What the last fault was, for messages. */
const char* faultText();

} // namespace emulated
