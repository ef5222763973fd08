// Tests of the kernels and of the emulated driver without Java: `mvn -pl kernels test` runs kernel_test and driver_test,
// or do it by hand from the kernels folder. Expected values come from double arithmetic by the definitions.
#pragma once

#include "cuda_api.h"
#include "step.cuh"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
CUresult cuInit(unsigned);
CUresult cuDevicePrimaryCtxRetain(CUcontext*, CUdevice);
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice);
CUresult cuCtxSetCurrent(CUcontext);
CUresult cuCtxSynchronize();
CUresult cuModuleLoadData(CUmodule*, const void*);
CUresult cuModuleGetFunction(CUfunction*, CUmodule, const char*);
CUresult cuFuncSetAttribute(CUfunction, int, int);
CUresult cuMemAlloc_v2(CUdeviceptr*, size_t);
CUresult cuMemFree_v2(CUdeviceptr);
CUresult cuMemHostAlloc(void**, size_t, unsigned);
CUresult cuMemFreeHost(void*);
CUresult cuMemcpyHtoD_v2(CUdeviceptr, const void*, size_t);
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr, const void*, size_t, CUstream);
CUresult cuMemcpyDtoH_v2(void*, CUdeviceptr, size_t);
CUresult cuMemsetD8Async(CUdeviceptr, unsigned char, size_t, CUstream);
CUresult cuStreamCreate(CUstream*, unsigned);
CUresult cuStreamDestroy_v2(CUstream);
CUresult cuStreamSynchronize(CUstream);
CUresult cuStreamBeginCapture_v2(CUstream, int);
CUresult cuStreamEndCapture(CUstream, CUgraph*);
CUresult cuGraphInstantiateWithFlags(CUgraphExec*, CUgraph, unsigned long long);
CUresult cuGraphLaunch(CUgraphExec, CUstream);
CUresult cuGraphExecDestroy(CUgraphExec);
CUresult cuGraphDestroy(CUgraph);
CUresult cuLaunchKernel(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream,
                        void**, void**);
}

namespace self_test {

extern int failures;
extern CUmodule module;
extern CUstream stream; // all kernels are launched here; copies of the driver wait for it

/** Counts a failure, and says which. */
void check(bool holds, const char* what, const std::string& of);

constexpr const char* COMMITTED_PTX = "src/main/resources/dev/tidar/kernels/tidar-sm80.ptx";

/** Opens the first device and loads the PTX. */
void open(const char* ptx);

/** Stops the test: without this nothing else works. */
void require(CUresult result, const char* call);

/** Repeatable numbers. */
struct Random {
    uint64_t state;

    uint32_t next() {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<uint32_t>(state >> 33);
    }
    float uniform() { return static_cast<float>(next() % 20001) / 10000.f - 1.f; } // [-1, 1]
    int below(int n) { return static_cast<int>(next() % static_cast<unsigned>(n)); }
};

float fromBf16(uint16_t bits);
uint16_t toBf16(float value);

/** Device memory with a known content; freed at the end of its scope. */
template <class T>
class Device {
public:
    explicit Device(size_t count) : count(count == 0 ? 1 : count) {
        require(cuMemAlloc_v2(&at, bytes()), "cuMemAlloc");
    }
    explicit Device(const std::vector<T>& values) : Device(values.size()) {
        require(cuMemcpyHtoD_v2(at, values.data(), values.size() * sizeof(T)), "cuMemcpyHtoD");
    }
    ~Device() { require(cuMemFree_v2(at), "cuMemFree"); }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    std::vector<T> read() const {
        std::vector<T> values(count);
        require(cuMemcpyDtoH_v2(values.data(), at, bytes()), "cuMemcpyDtoH");
        return values;
    }
    void clear() { require(cuMemsetD8Async(at, 0, bytes(), nullptr), "cuMemsetD8Async"); }
    T* pointer() const { return reinterpret_cast<T*>(at); }
    size_t bytes() const { return count * sizeof(T); }

    CUdeviceptr at = 0;
    size_t count;
};

struct Geometry {
    unsigned x = 1, y = 1, z = 1;
    unsigned block = 128;
    unsigned shared = 0;
};

/** Launches a kernel by name; the arguments must have the types of its parameters. */
template <class... A>
CUresult launch(const std::string& name, Geometry g, A... arguments) {
    CUfunction function = nullptr;
    require(cuModuleGetFunction(&function, module, name.c_str()), name.c_str());
    if (g.shared > 48 * 1024) {
        require(cuFuncSetAttribute(function, FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES, static_cast<int>(g.shared)),
                "cuFuncSetAttribute");
    }
    void* parameters[] = {static_cast<void*>(&arguments)...};
    return cuLaunchKernel(function, g.x, g.y, g.z, g.block, 1, 1, g.shared, stream, parameters, nullptr);
}

void testProducts();
void testSampling();
void testFilteredSampling();
void testAttention();
void testRows();

} // namespace self_test
