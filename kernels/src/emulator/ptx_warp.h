// A warp while it runs: registers, the lanes that are in step, copies that are under way.
#pragma once

#include "block.h"
#include "ptx_program.h"
#include "ptx_shared.h"

#include <cstring>

namespace emulated::ptx {

/** The driver's codes for what ends a launch. */
constexpr int ILLEGAL_ADDRESS = 700;
constexpr int TOO_LONG = 702;
constexpr int MISALIGNED = 716;
constexpr int FAILED = 719;

/** Ends the launch with a code of the driver. */
struct Stop {
    int code;
    std::string what;
};

/** The memory that a kernel may reach, in order. */
struct MemoryRange {
    uintptr_t begin;
    uintptr_t bytes;
};

/** Lanes that run together until they reach `meeting`. */
struct Path {
    int next;
    int meeting;
    uint32_t lanes;
};

/** A copy by cp.async that no wait has covered. */
struct PendingCopy {
    uint32_t to;
    uintptr_t from;
    int bytes;
    int zeros; // after the bytes
    int lane;
    int group;
};

struct Block;

struct Warp {
    Block* block = nullptr;
    int number = 0;
    uint32_t alive = 0;
    uint32_t lanes = 0; // that execute the present instruction
    bool atBarrier = false;
    uint16_t epoch = 1;        // counts bar.warp.sync
    char* registers = nullptr; // lane by lane
    uint32_t* written = nullptr;
    std::vector<Path> paths; // the last one runs
    std::vector<PendingCopy> copies;
    int groups[LANES] = {};

    int thread(int lane) const { return number * LANES + lane; }
};

/** A thread block. */
struct Block {
    const Function* function = nullptr;
    dim3 index, size, grid;
    const char* parameters = nullptr;
    const std::vector<MemoryRange>* memory = nullptr;
    mutable MemoryRange last{0, 0};
    SharedMemory shared;
    std::vector<Warp> warps;
    uint32_t barriers = 1; // passed so far, and one
    long stepsLeft = 0;

    /** Where this address leads; stops the launch if these bytes are not all of one allocation, or not aligned. */
    char* global(const Warp& warp, const Instruction& i, int lane, uintptr_t address, uint32_t bytes) const {
        if (address % bytes != 0) {
            misaligned(warp, i, lane, address);
        }
        if (address - last.begin >= last.bytes || bytes > last.bytes - (address - last.begin)) {
            find(warp, i, lane, address, bytes);
        }
        return reinterpret_cast<char*>(address);
    }

    /** Ends the launch; says which instruction and thread are at fault. */
    [[noreturn]] void stop(int code, const Warp& warp, const Instruction& i, int lane, const std::string& what) const;
    [[noreturn]] void misaligned(const Warp& warp, const Instruction& i, int lane, uint64_t address) const;

private:
    void find(const Warp& warp, const Instruction& i, int lane, uintptr_t address, uint32_t bytes) const;
};

/** A lane, when it comes to shared memory. */
inline Visitor visitor(const Warp& warp, int lane) {
    return {warp.thread(lane), warp.block->barriers, warp.epoch};
}

/** Ends the launch over what SharedMemory finds wrong with an access. */
[[noreturn]] void wrongShared(const Warp& warp, const Instruction& i, int lane, uint32_t at, const char* what);

[[noreturn]] void undefinedRegister(const Warp& warp, const Instruction& i, const Operand& operand);

/** The 32 values of an operand. A register that a lane has not written is an error where the lane uses it. */
template <class T>
inline const T* read(const Warp& warp, const Instruction& i, const Operand& operand) {
    if (operand.constant != nullptr) {
        return reinterpret_cast<const T*>(operand.constant);
    }
    if ((warp.lanes & ~warp.written[operand.index]) != 0) {
        undefinedRegister(warp, i, operand);
    }
    return reinterpret_cast<const T*>(warp.registers + operand.at);
}

/** Sets the register in the lanes that run. */
template <class T>
inline void write(Warp& warp, const Operand& operand, const T* values) {
    T* to = reinterpret_cast<T*>(warp.registers + operand.at);
    if (warp.lanes == ALL) {
        memcpy(to, values, LANES * sizeof(T));
    } else {
        for (int lane = 0; lane < LANES; lane++) {
            to[lane] = (warp.lanes >> lane & 1) != 0 ? values[lane] : to[lane];
        }
    }
    warp.written[operand.index] |= warp.lanes;
}

/** Calls `each(lane)` for the lanes that run. */
template <class F>
inline void forLanes(const Warp& warp, F each) {
    for (uint32_t left = warp.lanes; left != 0; left &= left - 1) {
        each(__builtin_ctz(left));
    }
}

/** The lanes in which a predicate holds. */
inline uint32_t maskOf(const bool* predicate) {
    uint32_t mask = 0;
    for (int lane = 0; lane < LANES; lane++) {
        mask |= static_cast<uint32_t>(predicate[lane]) << lane;
    }
    return mask;
}

/** What a launch is. */
struct Launch {
    const Function* function;
    dim3 grid, size;
    unsigned sharedBytes;
    std::vector<char> parameters;
};

/** Runs a grid block by block; returns 0 or the code of the error that ended it, and says then what was wrong. */
int run(const Launch& launch, const std::vector<MemoryRange>& memory, std::string& fault);

} // namespace emulated::ptx
