// The page that a test shares with the emulated driver: settings, faults to inject, and what the driver holds. A file
// named by TIDAR_EMU_CONTROL, mapped by both; without it, memory of the driver's own that environment variables fill.
#pragma once

#include <cstddef>
#include <cstdint>

namespace emulated {

enum FaultKind : int { ALLOCATE, COPY, LAUNCH, SYNCHRONISE, LOAD, FREE, GRAPH, OTHER, FAULT_KINDS };

/** A fault that waits: the countdown-th call of its kind from now on returns the code. */
struct Fault {
    int32_t countdown; // 0: none
    int32_t code;
    int32_t calls; // of this kind so far
    int32_t unused;
};

/** Little endian, offsets as README.md lists them. */
struct Control {
    int32_t magic;
    int32_t layout;
    int32_t devices;           // -1: one
    int32_t driverVersion;     // 0: 13000
    int32_t computeCapability; // 0: 80
    int32_t multiprocessors;   // 0: 8
    int64_t memory;            // bytes; 0: 8 GiB
    int32_t forget;            // not 0: the next cuInit forgets everything, as a new process would, and sets this to 0
    int32_t engine;            // of modules loaded from now on; 0: TIDAR_EMU_ENGINE, 1: sources, 2: PTX, 3: both
    char unused0[64 - 40];
    Fault faults[FAULT_KINDS];
    char unused1[256 - 64 - 16 * FAULT_KINDS];
    int32_t liveAllocations;
    int32_t livePinned;
    int32_t streams;
    int32_t events;
    int32_t modules;
    int32_t graphs;
    int32_t graphExecs;
    int32_t contextRetains;
    int64_t liveBytes;
    int64_t livePinnedBytes;
    int32_t sticky;
    int32_t kernelsRun;
    int32_t graphReplays;
    int32_t pendingOperations;
};

static_assert(offsetof(Control, forget) == 32 && offsetof(Control, engine) == 36 && offsetof(Control, faults) == 64 &&
                  offsetof(Control, liveAllocations) == 256 && offsetof(Control, liveBytes) == 288 &&
                  offsetof(Control, pendingOperations) == 316,
              "tests read these offsets");

constexpr int32_t CONTROL_MAGIC = 0x454d5543;
constexpr size_t CONTROL_BYTES = 4096;

/** The page; made at the first call. */
Control& control();

} // namespace emulated
