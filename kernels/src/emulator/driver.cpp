// State of the emulated driver, and the functions for devices, contexts, streams and events.
#include "driver.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace emulated {

std::vector<Kernel>& kernels() {
    static std::vector<Kernel> all;
    return all;
}

Driver& driver() {
    static Driver* own = new Driver(); // never destroyed: other threads may still call while the process ends
    return *own;
}

namespace {

thread_local CUcontext current = nullptr;
thread_local int currentSince = 0; // a context of an earlier life of the driver is none

int lives = 0;

/** Errors after which a context is of no use any more. */
bool isSticky(int code) {
    static const std::set<int> sticky = {214, 220, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 720, 721, 999};
    return sticky.count(code) != 0;
}

/** The code of the fault that waits for this call, or 0. */
int injected(int kind) {
    Fault& fault = control().faults[kind];
    fault.calls++;
    if (fault.countdown > 0 && --fault.countdown == 0) {
        return fault.code;
    }
    return 0;
}

int orDefault(int value, int otherwise) { return value == 0 ? otherwise : value; }

int optInSharedMemory() {
    switch (deviceCapability()) {
    case 80:
    case 87:
        return 163 * 1024;
    case 90:
    case 100:
        return 227 * 1024;
    case 75:
        return 64 * 1024;
    default:
        return 99 * 1024;
    }
}

} // namespace

void publish() {
    Driver& d = driver();
    Control& c = control();
    c.liveAllocations = d.memory.liveAllocations();
    c.liveBytes = static_cast<int64_t>(d.memory.liveBytes());
    c.livePinned = static_cast<int32_t>(d.pinned.size());
    c.livePinnedBytes = 0;
    for (auto& range : d.pinned) {
        c.livePinnedBytes += static_cast<int64_t>(range.second);
    }
    c.streams = static_cast<int32_t>(d.streams.size());
    c.events = static_cast<int32_t>(d.events.size());
    c.modules = static_cast<int32_t>(d.modules.size());
    c.graphs = static_cast<int32_t>(d.graphs.size());
    c.graphExecs = static_cast<int32_t>(d.graphExecs.size());
    c.contextRetains = d.retains;
}

namespace {

template <class Handle>
void deleteAll(std::set<Handle>& handles) {
    for (Handle handle : handles) {
        delete handle;
    }
    handles.clear();
}

} // namespace

void Driver::forget() {
    queue.clear();
    for (auto& range : pinned) {
        free(reinterpret_cast<void*>(range.first));
    }
    pinned.clear();
    for (CUstream stream : streams) {
        delete stream->capture;
    }
    deleteAll(streams);
    deleteAll(events);
    deleteAll(modules);
    deleteAll(graphExecs);
    deleteAll(graphs);
    memory.clear();
    retains = 0;
    control().sticky = 0;
    lives++;
}

CUresult settle(int code) {
    if (isSticky(code) && control().sticky == 0) {
        control().sticky = code;
    }
    publish();
    return static_cast<CUresult>(code);
}

CUresult enterWithoutContext(int kind) {
    if (!driver().initialised) {
        return CUDA_ERROR_NOT_INITIALIZED;
    }
    int code = injected(kind);
    if (control().sticky != 0) {
        code = control().sticky;
    }
    return settle(code);
}

CUresult enter(int kind) {
    if (driver().initialised && (current == nullptr || currentSince != lives)) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    return enterWithoutContext(kind);
}

CUresult submit(CUstream stream, std::function<int()> action) {
    if (stream != nullptr && driver().streams.count(stream) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    if (stream != nullptr && stream->capture != nullptr) {
        stream->capture->actions.push_back(std::move(action));
    } else {
        driver().queue.add(std::move(action));
    }
    return CUDA_SUCCESS;
}

bool isPinned(const void* at, size_t bytes) {
    uintptr_t address = reinterpret_cast<uintptr_t>(at);
    auto next = driver().pinned.upper_bound(address);
    if (next == driver().pinned.begin()) {
        return false;
    }
    --next;
    return address - next->first + bytes <= next->second;
}

int deviceCapability() { return orDefault(control().computeCapability, 80); }
int driverVersion() { return orDefault(control().driverVersion, 13000); }
size_t deviceBytes() { return control().memory == 0 ? size_t(8) << 30 : static_cast<size_t>(control().memory); }

/** Waits, unless a stream is capturing: then waiting is an error that spoils the capture, as on a device. */
static CUresult wait(long total) {
    for (CUstream stream : driver().streams) {
        if (stream->capture != nullptr) {
            stream->captureBroken = true;
            return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }
    }
    return settle(driver().queue.runUntil(total));
}

} // namespace emulated

using namespace emulated;

#define LOCKED std::lock_guard<std::recursive_mutex> locked(driver().lock)
#define ENTER(kind)                   \
    LOCKED;                           \
    if (CUresult early = enter(kind)) \
    return early
#define ENTER_QUIETLY          \
    LOCKED;                    \
    if (!driver().initialised) \
    return CUDA_ERROR_NOT_INITIALIZED

EXPORTED CUresult cuInit(unsigned) {
    LOCKED;
    if (control().devices == 0) {
        return CUDA_ERROR_NO_DEVICE;
    }
    if (control().forget != 0) {
        driver().forget();
        control().forget = 0;
    }
    driver().initialised = true;
    publish();
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuDriverGetVersion(int* version) {
    *version = driverVersion();
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuGetErrorName(CUresult error, const char** name) {
    static thread_local char text[40];
    snprintf(text, sizeof text, "EMULATED_ERROR_%d", static_cast<int>(error));
    *name = text;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuGetErrorString(CUresult error, const char** text) { return cuGetErrorName(error, text); }

EXPORTED CUresult cuDeviceGetCount(int* count) {
    ENTER_QUIETLY;
    *count = control().devices < 0 ? 1 : control().devices;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuDeviceGet(CUdevice* device, int ordinal) {
    ENTER_QUIETLY;
    int count = control().devices < 0 ? 1 : control().devices;
    *device = ordinal;
    return ordinal >= 0 && ordinal < count ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

EXPORTED CUresult cuDeviceGetName(char* name, int length, CUdevice) {
    ENTER_QUIETLY;
    snprintf(name, static_cast<size_t>(length), "emulated");
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice) {
    ENTER_QUIETLY;
    *bytes = deviceBytes();
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice) {
    ENTER_QUIETLY;
    static const std::map<int, int> fixed = {{MAX_THREADS_PER_BLOCK, 1024},
                                             {MAX_SHARED_MEMORY_PER_BLOCK, 48 * 1024},
                                             {WARP_SIZE, 32},
                                             {CLOCK_RATE, 1000000},
                                             {MEMORY_CLOCK_RATE, 1000000},
                                             {GLOBAL_MEMORY_BUS_WIDTH, 64},
                                             {L2_CACHE_SIZE, 1 << 22}};
    switch (attribute) {
    case MULTIPROCESSOR_COUNT:
        *value = orDefault(control().multiprocessors, 8);
        break;
    case COMPUTE_CAPABILITY_MAJOR:
        *value = deviceCapability() / 10;
        break;
    case COMPUTE_CAPABILITY_MINOR:
        *value = deviceCapability() % 10;
        break;
    case MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
    case MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
        *value = optInSharedMemory();
        break;
    default: {
        auto found = fixed.find(attribute);
        *value = found == fixed.end() ? 0 : found->second;
    }
    }
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice) {
    ENTER_QUIETLY;
    driver().retains++;
    *context = &driver().context;
    return settle(control().sticky);
}

/** The last release takes everything with it, also an error that nothing else could clear. */
EXPORTED CUresult cuDevicePrimaryCtxRelease_v2(CUdevice) {
    ENTER_QUIETLY;
    if (driver().retains == 0) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (--driver().retains == 0) {
        control().sticky = 0;
        current = nullptr;
    }
    publish();
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuCtxSetCurrent(CUcontext context) {
    ENTER_QUIETLY;
    current = context;
    currentSince = lives;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuCtxGetCurrent(CUcontext* context) {
    ENTER_QUIETLY;
    *context = currentSince == lives ? current : nullptr;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuCtxSynchronize() {
    ENTER(SYNCHRONISE);
    return wait(driver().queue.total());
}

static CUresult createStream(CUstream* stream) {
    ENTER_QUIETLY;
    *stream = new CUstream_st();
    driver().streams.insert(*stream);
    return settle(control().sticky);
}

EXPORTED CUresult cuStreamCreate(CUstream* stream, unsigned) { return createStream(stream); }
EXPORTED CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned, int) { return createStream(stream); }

EXPORTED CUresult cuStreamDestroy_v2(CUstream stream) {
    ENTER_QUIETLY;
    if (driver().streams.erase(stream) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    delete stream;
    return settle(control().sticky);
}

EXPORTED CUresult cuStreamSynchronize(CUstream stream) {
    ENTER(SYNCHRONISE);
    if (stream != nullptr && driver().streams.count(stream) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    return wait(driver().queue.total());
}

/** Each query lets one operation run, so that polling ends. */
EXPORTED CUresult cuStreamQuery(CUstream) {
    ENTER_QUIETLY;
    LazyQueue& queue = driver().queue;
    int error = queue.runUntil(queue.done() + 1);
    return error != 0 ? settle(error) : queue.done() < queue.total() ? CUDA_ERROR_NOT_READY : CUDA_SUCCESS;
}

EXPORTED CUresult cuEventCreate(CUevent* event, unsigned) {
    ENTER_QUIETLY;
    *event = new CUevent_st();
    driver().events.insert(*event);
    return settle(control().sticky);
}

EXPORTED CUresult cuEventDestroy_v2(CUevent event) {
    ENTER_QUIETLY;
    if (driver().events.erase(event) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    driver().queue.runAll(); // an operation that notes the event's time may be waiting
    delete event;
    return settle(control().sticky);
}

EXPORTED CUresult cuEventRecord(CUevent event, CUstream stream) {
    ENTER(OTHER);
    CUresult result = submit(stream, [event] {
        auto now = std::chrono::steady_clock::now().time_since_epoch();
        event->milliseconds = std::chrono::duration<double, std::milli>(now).count();
        return 0;
    });
    event->recorded = driver().queue.total();
    return result;
}

EXPORTED CUresult cuEventSynchronize(CUevent event) {
    ENTER(SYNCHRONISE);
    return wait(event->recorded);
}

EXPORTED CUresult cuEventQuery(CUevent event) {
    ENTER_QUIETLY;
    LazyQueue& queue = driver().queue;
    int error = queue.done() < event->recorded ? queue.runUntil(queue.done() + 1) : 0;
    return error != 0 ? settle(error) : queue.done() < event->recorded ? CUDA_ERROR_NOT_READY : CUDA_SUCCESS;
}

EXPORTED CUresult cuEventElapsedTime(float* milliseconds, CUevent from, CUevent to) {
    ENTER_QUIETLY;
    *milliseconds = static_cast<float>(to->milliseconds - from->milliseconds);
    return CUDA_SUCCESS;
}

/** One queue in the order of the calls serves all streams, so an event is always waited for. */
EXPORTED CUresult cuStreamWaitEvent(CUstream, CUevent, unsigned) {
    ENTER_QUIETLY;
    return CUDA_SUCCESS;
}
