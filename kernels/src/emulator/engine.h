// Which engine runs a kernel: the sources as g++ compiled them, the PTX that was loaded, or both from the same memory,
// whose results must then have the same bits.
#pragma once

#include "driver.h"
#include "ptx_warp.h"

namespace emulated {

enum class Engine : int { BY_ENVIRONMENT = 0, SOURCES = 1, PTX = 2, BOTH = 3 };

/** What the control page says, or else TIDAR_EMU_ENGINE: sources (the default), ptx, or both. */
Engine engine();

/** A launch, with all that either engine needs. */
struct KernelLaunch {
    const Kernel* kernel;
    Call call;
    ptx::Launch ptx; // its function is null where the module was loaded for the sources
    bool both;       // engines run, and must agree
};

/** Runs it on the engine that its module was loaded for. Returns 0 or a code; says on standard error what was wrong. */
int runOnEngine(const KernelLaunch& launch);

/** What runs launches: runOnEngine, unless a test puts itself between. */
extern int (*launcher)(const KernelLaunch&);

/** All memory that a kernel may reach, in order. */
std::vector<ptx::MemoryRange> reachableMemory();

/** The content of all memory at one moment. */
class Snapshot {
public:
    explicit Snapshot(const std::vector<ptx::MemoryRange>& ranges);

    /** Makes memory what it was. */
    void restore() const;

    /** Empty if memory is as it was but for what NaN are made of, else the first difference. */
    std::string difference() const;

private:
    std::vector<ptx::MemoryRange> ranges;
    std::vector<std::vector<char>> contents;
};

} // namespace emulated
