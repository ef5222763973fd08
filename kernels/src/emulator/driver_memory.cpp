// Memory and copies of the emulated driver.
#include "driver.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace emulated;

namespace {

char* address(CUdeviceptr pointer) { return reinterpret_cast<char*>(pointer); }

/** Runs what is queued, because a copy that returns when it is done waits for what came before. */
CUresult finishAll() { return settle(driver().queue.runAll()); }

bool onDevice(CUdeviceptr pointer, size_t bytes) { return driver().memory.contains(address(pointer), bytes); }

CUresult copy(CUstream stream, char* to, const char* from, size_t bytes) {
    return submit(stream, [=] {
        memcpy(to, from, bytes);
        return 0;
    });
}

CUresult fill(CUstream stream, CUdeviceptr to, size_t count, int width, unsigned value) {
    if (!onDevice(to, count * width)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    return submit(stream, [=] {
        for (size_t i = 0; i < count; i++) {
            memcpy(address(to) + i * width, &value, width);
        }
        return 0;
    });
}

} // namespace

#define ENTER(kind)                                              \
    std::lock_guard<std::recursive_mutex> locked(driver().lock); \
    if (CUresult early = enter(kind))                            \
    return early

EXPORTED CUresult cuMemAlloc_v2(CUdeviceptr* pointer, size_t bytes) {
    ENTER(ALLOCATE);
    if (bytes == 0) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (driver().memory.liveBytes() + bytes > deviceBytes()) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    char* at = driver().memory.allocate(bytes);
    *pointer = reinterpret_cast<CUdeviceptr>(at);
    publish();
    return at == nullptr ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
}

/** Works in a context that is lost, too: what it held is gone anyway, and the counters must come out even. */
EXPORTED CUresult cuMemFree_v2(CUdeviceptr pointer) {
    std::lock_guard<std::recursive_mutex> locked(driver().lock);
    CUresult early = enter(FREE);
    if (early != CUDA_SUCCESS && control().sticky == 0) {
        return early;
    }
    CUresult queued = finishAll();
    bool overrun = false;
    if (!driver().memory.release(address(pointer), overrun)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    publish();
    if (overrun) {
        fprintf(stderr, "emulated device: something was written after the end of the allocation at %p\n",
                address(pointer));
        return settle(CUDA_ERROR_ILLEGAL_ADDRESS);
    }
    return early != CUDA_SUCCESS ? early : queued;
}

EXPORTED CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
    ENTER(OTHER);
    *total = deviceBytes();
    *free = *total - driver().memory.liveBytes();
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemHostAlloc(void** pointer, size_t bytes, unsigned) {
    ENTER(ALLOCATE);
    *pointer = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    if (*pointer == nullptr) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    memset(*pointer, 0xff, bytes);
    driver().pinned[reinterpret_cast<uintptr_t>(*pointer)] = bytes;
    publish();
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemAllocHost_v2(void** pointer, size_t bytes) { return cuMemHostAlloc(pointer, bytes, 0); }

EXPORTED CUresult cuMemFreeHost(void* pointer) {
    std::lock_guard<std::recursive_mutex> locked(driver().lock);
    CUresult early = enter(FREE);
    if (early != CUDA_SUCCESS && control().sticky == 0) {
        return early;
    }
    finishAll();
    if (driver().pinned.erase(reinterpret_cast<uintptr_t>(pointer)) == 0) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    free(pointer);
    publish();
    return early;
}

EXPORTED CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr* device, void* host, unsigned) {
    ENTER(OTHER);
    *device = reinterpret_cast<CUdeviceptr>(host);
    return CUDA_SUCCESS;
}

/** Pageable memory is read at once, as the driver stages it; pinned memory when the copy runs. */
EXPORTED CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
    ENTER(COPY);
    if (!onDevice(to, bytes)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (isPinned(from, bytes)) {
        return copy(stream, address(to), static_cast<const char*>(from), bytes);
    }
    auto staged =
        std::make_shared<std::vector<char>>(static_cast<const char*>(from), static_cast<const char*>(from) + bytes);
    return submit(stream, [=] {
        memcpy(address(to), staged->data(), bytes);
        return 0;
    });
}

EXPORTED CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
    ENTER(COPY);
    if (!onDevice(from, bytes)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    CUresult result = copy(stream, static_cast<char*>(to), address(from), bytes);
    bool capturing = stream != nullptr && stream->capture != nullptr;
    return result == CUDA_SUCCESS && !capturing && !isPinned(to, bytes) ? finishAll() : result;
}

EXPORTED CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    ENTER(COPY);
    if (!onDevice(to, bytes) || !onDevice(from, bytes)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    return copy(stream, address(to), address(from), bytes);
}

static CUresult copyNow(char* to, const char* from, size_t bytes, bool inside) {
    ENTER(COPY);
    if (!inside) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    CUresult result = finishAll();
    if (result == CUDA_SUCCESS) {
        memcpy(to, from, bytes);
    }
    return result;
}

EXPORTED CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes) {
    return copyNow(address(to), static_cast<const char*>(from), bytes, onDevice(to, bytes));
}

EXPORTED CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes) {
    return copyNow(static_cast<char*>(to), address(from), bytes, onDevice(from, bytes));
}

EXPORTED CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
    return copyNow(address(to), address(from), bytes, onDevice(to, bytes) && onDevice(from, bytes));
}

EXPORTED CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream) {
    ENTER(COPY);
    if (!onDevice(to, count)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    return submit(stream, [=] {
        memset(address(to), value, count);
        return 0;
    });
}

EXPORTED CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, CUstream stream) {
    ENTER(COPY);
    return fill(stream, to, count, 4, value);
}

EXPORTED CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t count) {
    return cuMemsetD8Async(to, value, count, nullptr);
}

EXPORTED CUresult cuMemsetD32_v2(CUdeviceptr to, unsigned value, size_t count) {
    return cuMemsetD32Async(to, value, count, nullptr);
}
