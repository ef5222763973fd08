// The state of the emulated driver: what its functions share. One lock guards all of it.
#pragma once

#include "control.h"
#include "device_memory.h"
#include "kernels.h"
#include "ptx_image.h"

#include "cuda_api.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace emulated::ptx {
struct Function;
struct Module;
} // namespace emulated::ptx

/** A kernel of a loaded module. */
struct CUfunc_st {
    const emulated::Kernel* kernel;
    const emulated::ptx::Function* ptx = nullptr; // null: the sources run
    emulated::PtxEntry entry;
    CUmodule module;
    int dynamicSharedBytes = 48 * 1024;
};

struct CUmod_st {
    std::shared_ptr<const emulated::ptx::Module> ptx;
    bool bothEngines = false; // run, and must agree
    std::map<std::string, std::unique_ptr<CUfunc_st>> functions;
};

struct CUgraph_st {
    std::vector<std::function<int()>> actions;
};

struct CUgraphExec_st {
    std::vector<std::function<int()>> actions;
};

struct CUstream_st {
    CUgraph capture = nullptr;
    bool captureBroken = false;
};

struct CUevent_st {
    long recorded = 0; // operations that must have run, counted from the start
    double milliseconds = 0;
};

struct CUctx_st {};

namespace emulated {

/**
 * Work that has been asked for and has not run. It runs when somebody waits, which is as late as the rules allow: who
 * changes a pinned buffer too early sees it. One queue in the order of the calls serves all streams.
 */
class LazyQueue {
public:
    void add(std::function<int()> action) {
        waiting.push_back(std::move(action));
        added++;
        control().pendingOperations = static_cast<int32_t>(waiting.size());
    }

    /** Runs operations in the order in which they were added until `total` have run; returns the first error. */
    int runUntil(long total) {
        int error = 0;
        while (run < total && !waiting.empty()) {
            std::function<int()> action = std::move(waiting.front());
            waiting.pop_front();
            run++;
            control().pendingOperations = static_cast<int32_t>(waiting.size());
            if (error == 0) {
                error = action();
            }
        }
        return error;
    }

    int runAll() { return runUntil(added); }

    /** Drops what waits. */
    void clear() {
        waiting.clear();
        run = added;
        control().pendingOperations = 0;
    }

    long total() const { return added; }
    long done() const { return run; }

private:
    std::deque<std::function<int()>> waiting;
    long added = 0;
    long run = 0;
};

struct Driver {
    std::recursive_mutex lock;
    bool initialised = false;
    CUctx_st context;
    int retains = 0;
    DeviceMemory memory;
    LazyQueue queue;
    std::map<uintptr_t, size_t> pinned;
    std::set<CUmodule> modules;
    std::set<CUstream> streams;
    std::set<CUevent> events;
    std::set<CUgraph> graphs;
    std::set<CUgraphExec> graphExecs;

    /** Releases everything that anybody holds. */
    void forget();
};

Driver& driver();

/** Brings the counters of the control page up to date. */
void publish();

/** The error that this call has to return before it does anything, of which kind it may be. */
CUresult enter(int kind);

/** The same for a call that needs no context. */
CUresult enterWithoutContext(int kind);

/** Makes a result the answer of this and, if it is that grave, of all later calls. */
CUresult settle(int code);

/** Queues an operation, or records it if the stream is capturing. */
CUresult submit(CUstream stream, std::function<int()> action);

bool isPinned(const void* at, size_t bytes);
int deviceCapability();
int driverVersion();
size_t deviceBytes();

} // namespace emulated

#define EXPORTED extern "C" __attribute__((visibility("default")))
