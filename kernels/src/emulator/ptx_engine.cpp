// Runs the blocks of a grid one after the other, a block's warps in turn from barrier to barrier, and a warp's lanes in
// step: where a branch parts them, one part runs to the branch's immediate post-dominator, then the other.
#include "ptx_warp.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace emulated::ptx {

namespace {

/** Instructions that the warps of a block may execute together, as a driver's watchdog ends what does not end. */
long stepLimit() {
    static const char* steps = getenv("TIDAR_EMU_STEPS");
    static const long limit = steps == nullptr ? 1000000000 : atol(steps);
    return limit;
}

std::string hexadecimal(uint64_t value) {
    char text[24];
    snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

/** The memory of a block, megabytes that all launches of a thread of the processor use in turn. */
struct Storage {
    std::vector<char> registers;
    std::vector<uint32_t> written;
    SharedMemory shared;
};

Storage& spareStorage() {
    static thread_local Storage spare;
    return spare;
}

class BlockRunner {
public:
    BlockRunner(const Launch& launch, const std::vector<MemoryRange>& memory) : launch(launch) {
        block.function = launch.function;
        block.size = launch.size;
        block.grid = launch.grid;
        block.parameters = launch.parameters.data();
        block.memory = &memory;
        threads = static_cast<int>(launch.size.x * launch.size.y * launch.size.z);
        size_t warps = static_cast<size_t>((threads + LANES - 1) / LANES);
        std::swap(storage, spareStorage());
        std::swap(block.shared, storage.shared);
        storage.registers.resize(std::max(storage.registers.size(), warps * launch.function->registerBytes));
        storage.written.resize(warps * launch.function->registers);
        block.warps.resize(warps);
    }

    ~BlockRunner() {
        std::swap(block.shared, storage.shared);
        std::swap(storage, spareStorage());
    }

    BlockRunner(const BlockRunner&) = delete;

    void run(dim3 index) {
        block.index = index;
        block.stepsLeft = stepLimit();
        block.shared.prepare(*launch.function, launch.sharedBytes);
        std::fill(storage.written.begin(), storage.written.end(), 0);
        for (size_t w = 0; w < block.warps.size(); w++) {
            prepare(static_cast<int>(w));
        }
        block.barriers = 1;
        while (round()) {
            block.barriers++;
        }
    }

private:
    const Launch& launch;
    Block block;
    Storage storage;
    int threads;

    void prepare(int number) {
        Warp& warp = block.warps[number];
        int count = std::min(LANES, threads - number * LANES);
        warp.block = &block;
        warp.number = number;
        warp.alive = count == LANES ? ALL : (1u << count) - 1;
        warp.atBarrier = false;
        warp.epoch = 1;
        warp.registers = storage.registers.data() + static_cast<size_t>(number) * launch.function->registerBytes;
        warp.written = storage.written.data() + static_cast<size_t>(number) * launch.function->registers;
        memset(warp.registers, 0, launch.function->predicateBytes); // another kernel's floats are no bools
        warp.copies.clear();
        std::fill(warp.groups, warp.groups + LANES, 0);
        warp.paths.assign(1, {0, static_cast<int>(launch.function->code.size()), warp.alive});
        for (const Special& special : launch.function->specials) {
            uint32_t* values = reinterpret_cast<uint32_t*>(warp.registers + special.at);
            for (int lane = 0; lane < LANES; lane++) {
                values[lane] = specialValue(special.name, static_cast<unsigned>(warp.thread(lane)));
            }
            warp.written[special.index] = ALL;
        }
    }

    static unsigned component(dim3 of, char name) { return name == 'x' ? of.x : name == 'y' ? of.y : of.z; }

    unsigned specialValue(const std::string& name, unsigned thread) const {
        char which = name.back();
        if (name.rfind("%tid.", 0) == 0) {
            dim3 size = block.size;
            return component({thread % size.x, thread / size.x % size.y, thread / (size.x * size.y)}, which);
        }
        return component(name.rfind("%ntid.", 0) == 0    ? block.size
                         : name.rfind("%ctaid.", 0) == 0 ? block.index
                                                         : block.grid,
                         which);
    }

    /** Runs each warp to its next barrier or end. Returns whether there is a barrier that all have reached. */
    bool round() {
        int count = static_cast<int>(block.warps.size());
        int waiting = 0;
        int alive = 0;
        for (int i = 0; i < count; i++) {
            Warp& warp = block.warps[descending() ? count - 1 - i : i];
            runWarp(warp);
            alive += warp.alive != 0;
            waiting += warp.atBarrier;
        }
        for (Warp& warp : block.warps) {
            warp.atBarrier = false;
        }
        return waiting > 0 && waiting == alive;
    }

    void runWarp(Warp& warp);
    void branch(Warp& warp, const Instruction& i, uint32_t taken);
    void leave(Warp& warp, const Instruction& i, uint32_t lanes);
};

/** Lanes that a branch parts: those that do not jump run first, both as far as the meeting point. */
void BlockRunner::branch(Warp& warp, const Instruction& i, uint32_t taken) {
    Path& path = warp.paths.back();
    uint32_t others = path.lanes & ~taken;
    if (others == 0) {
        path.next = i.target;
    } else if (taken == 0) {
        path.next++;
    } else {
        int after = path.next + 1;
        path.next = i.meeting;
        warp.paths.push_back({i.target, i.meeting, taken});
        warp.paths.push_back({after, i.meeting, others});
    }
}

void BlockRunner::leave(Warp& warp, const Instruction& i, uint32_t lanes) {
    for (const PendingCopy& copy : warp.copies) {
        if ((lanes >> copy.lane & 1) != 0) {
            block.stop(FAILED, warp, i, copy.lane, "the thread ends without waiting for its copies");
        }
    }
    warp.alive &= ~lanes;
    warp.paths.back().next++;
    for (Path& path : warp.paths) {
        path.lanes &= ~lanes;
    }
}

void BlockRunner::runWarp(Warp& warp) {
    const std::vector<Instruction>& code = launch.function->code;
    while (warp.alive != 0) {
        Path& path = warp.paths.back();
        if (warp.paths.size() > 1 && (path.lanes == 0 || path.next == path.meeting)) {
            warp.paths.pop_back();
            continue;
        }
        const Instruction& i = code[path.next];
        warp.lanes = path.lanes;
        if (i.guarded) {
            uint32_t holds = maskOf(read<bool>(warp, i, i.guard));
            warp.lanes &= i.guardNegated ? ~holds : holds;
        }
        if (--block.stepsLeft < 0) {
            block.stop(TOO_LONG, warp, i, 0, "the block does not end");
        }
        switch (i.course) {
        case Course::NEXT:
            if (warp.lanes != 0) {
                i.run(warp, i);
            }
            path.next++;
            break;
        case Course::BRANCH:
            branch(warp, i, warp.lanes);
            break;
        case Course::EXIT:
            leave(warp, i, warp.lanes);
            break;
        case Course::BARRIER:
            if (warp.lanes != warp.alive) {
                block.stop(FAILED, warp, i, 0, "not all threads of the warp reach the barrier");
            }
            path.next++;
            warp.atBarrier = true;
            return;
        }
    }
}

} // namespace

void Block::stop(int code, const Warp& warp, const Instruction& i, int lane, const std::string& what) const {
    char where[160];
    snprintf(where, sizeof where, "%s, PTX line %d (%s), block (%u, %u, %u), thread %d: ", function->name.c_str(),
             i.line, i.opcode, index.x, index.y, index.z, warp.thread(lane));
    throw Stop{code, where + what};
}

void Block::misaligned(const Warp& warp, const Instruction& i, int lane, uint64_t address) const {
    stop(MISALIGNED, warp, i, lane, "address " + hexadecimal(address) + " is not aligned");
}

void Block::find(const Warp& warp, const Instruction& i, int lane, uintptr_t address, uint32_t bytes) const {
    auto after = std::upper_bound(memory->begin(), memory->end(), address,
                                  [](uintptr_t at, const MemoryRange& range) { return at < range.begin; });
    if (after == memory->begin() || address - (after - 1)->begin >= (after - 1)->bytes ||
        bytes > (after - 1)->bytes - (address - (after - 1)->begin)) {
        stop(ILLEGAL_ADDRESS, warp, i, lane,
             "global address " + hexadecimal(address) + " is outside of every allocation");
    }
    last = *(after - 1);
}

void wrongShared(const Warp& warp, const Instruction& i, int lane, uint32_t at, const char* what) {
    bool outside = strncmp(what, "is outside", 10) == 0;
    warp.block->stop(outside ? ILLEGAL_ADDRESS : FAILED, warp, i, lane,
                     "shared address " + hexadecimal(at) + " " + what);
}

void undefinedRegister(const Warp& warp, const Instruction& i, const Operand& operand) {
    uint32_t lanes = warp.lanes & ~warp.written[operand.index];
    warp.block->stop(FAILED, warp, i, __builtin_ctz(lanes),
                     "register " + warp.block->function->registerNames[operand.index] + " was never written");
}

int run(const Launch& launch, const std::vector<MemoryRange>& memory, std::string& fault) {
    BlockRunner runner(launch, memory);
    long total = static_cast<long>(launch.grid.x) * launch.grid.y * launch.grid.z;
    try {
        for (long n = 0; n < total; n++) {
            long i = descending() ? total - 1 - n : n;
            runner.run({static_cast<unsigned>(i % launch.grid.x),
                        static_cast<unsigned>(i / launch.grid.x % launch.grid.y),
                        static_cast<unsigned>(i / (static_cast<long>(launch.grid.x) * launch.grid.y))});
        }
    } catch (const Stop& stop) {
        fault = stop.what;
        return stop.code;
    }
    return 0;
}

} // namespace emulated::ptx
