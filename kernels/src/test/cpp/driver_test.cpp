// What the emulated driver must notice, or tests on it would prove little.
#include "block.h"
#include "control.h"
#include "self_test.h"

extern "C" {
CUresult cuModuleLoad(CUmodule*, const char*);
CUresult cuModuleUnload(CUmodule);
CUresult cuFuncGetAttribute(int*, int, CUfunction);
}

namespace self_test {

namespace {

using emulated::control;

/** Launches a copy of 16 floats that reads from here. */
CUresult gather(float* to, const float* from, const int* numbers, int columns) {
    Geometry g;
    launch("gather_rows_f32", g, to, from, numbers, columns);
    return cuCtxSynchronize();
}

/** A context that is lost recovers when nobody holds it any more, and not before. */
void recover() {
    CUcontext context = nullptr;
    cuDevicePrimaryCtxRelease_v2(0);
    require(cuDevicePrimaryCtxRetain(&context, 0), "cuDevicePrimaryCtxRetain");
    require(cuCtxSetCurrent(context), "cuCtxSetCurrent");
}

void accessesOutsideAnAllocationAreIllegal() {
    Device<float> to(64);
    Device<int> numbers(std::vector<int>{0});
    CUdeviceptr shortOne = 0;
    require(cuMemAlloc_v2(&shortOne, 256), "cuMemAlloc");
    check(gather(to.pointer(), reinterpret_cast<float*>(shortOne), numbers.pointer(), 64) == 0, "inside", "access");
    check(gather(to.pointer(), reinterpret_cast<float*>(shortOne), numbers.pointer(), 65) == 700, "after the end",
          "access");
    check(cuCtxSynchronize() == 700, "is not sticky", "access");
    recover();
    require(cuMemFree_v2(shortOne), "cuMemFree");
    check(gather(to.pointer(), reinterpret_cast<float*>(shortOne), numbers.pointer(), 64) == 700, "after free",
          "access");
    recover();
    float host[64];
    check(gather(to.pointer(), host, numbers.pointer(), 64) == 700, "host memory", "access");
    recover();
}

void workRunsWhenSomebodyWaits() {
    void* pinned = nullptr;
    require(cuMemHostAlloc(&pinned, 4, 0), "cuMemHostAlloc");
    Device<int> device(1);
    *static_cast<int*>(pinned) = 1;
    require(cuMemcpyHtoDAsync_v2(device.at, pinned, 4, nullptr), "cuMemcpyHtoDAsync");
    *static_cast<int*>(pinned) = 2; // too early: a device may read it later
    check(device.read()[0] == 2, "pinned memory is read too early", "lazy queue");
    int pageable = 3;
    require(cuMemcpyHtoDAsync_v2(device.at, &pageable, 4, nullptr), "cuMemcpyHtoDAsync");
    pageable = 4;
    check(device.read()[0] == 3, "pageable memory is read too late", "lazy queue");
    require(cuMemFreeHost(pinned), "cuMemFreeHost");
}

void graphsReplayWhatWasCaptured() {
    CUstream own = nullptr;
    CUgraph graph = nullptr;
    CUgraphExec exec = nullptr;
    void* pinned = nullptr;
    require(cuMemHostAlloc(&pinned, 4, 0), "cuMemHostAlloc");
    Device<int> device(1);
    require(cuStreamCreate(&own, 0), "cuStreamCreate");
    require(cuStreamBeginCapture_v2(own, 0), "cuStreamBeginCapture");
    require(cuMemcpyHtoDAsync_v2(device.at, pinned, 4, own), "cuMemcpyHtoDAsync");
    require(cuStreamEndCapture(own, &graph), "cuStreamEndCapture");
    require(cuGraphInstantiateWithFlags(&exec, graph, 0), "cuGraphInstantiate");
    for (int value : {5, 6}) {
        *static_cast<int*>(pinned) = value;
        require(cuGraphLaunch(exec, own), "cuGraphLaunch");
        check(device.read()[0] == value, "another value", "graph");
    }
    require(cuStreamBeginCapture_v2(own, 0), "cuStreamBeginCapture");
    check(cuStreamSynchronize(own) == 900, "waiting is allowed", "capture");
    CUgraph spoilt = nullptr;
    check(cuStreamEndCapture(own, &spoilt) == 901, "is not spoilt", "capture");
    require(cuGraphExecDestroy(exec), "cuGraphExecDestroy");
    require(cuGraphDestroy(graph), "cuGraphDestroy");
    require(cuStreamDestroy_v2(own), "cuStreamDestroy");
    require(cuMemFreeHost(pinned), "cuMemFreeHost");
}

void faultsComeAtTheCallThatIsNamed() {
    control().faults[emulated::ALLOCATE].code = 2;
    control().faults[emulated::ALLOCATE].countdown = 2;
    CUdeviceptr first = 0;
    CUdeviceptr second = 0;
    check(cuMemAlloc_v2(&first, 16) == 0 && cuMemAlloc_v2(&second, 16) == 2, "the second should fail", "fault");
    check(cuMemAlloc_v2(&second, 16) == 0, "is sticky", "fault");
    require(cuMemFree_v2(first), "cuMemFree");
    require(cuMemFree_v2(second), "cuMemFree");
    control().faults[emulated::SYNCHRONISE].code = 719;
    control().faults[emulated::SYNCHRONISE].countdown = 1;
    check(cuCtxSynchronize() == 719 && cuCtxSynchronize() == 719, "is not sticky", "fault");
    recover();
    check(cuCtxSynchronize() == 0, "outlives its context", "fault");
}

void aDriverThatForgetsIsLikeNew() {
    CUdeviceptr memory = 0;
    require(cuMemAlloc_v2(&memory, 1 << 20), "cuMemAlloc");
    control().sticky = 700;
    control().forget = 1;
    require(cuInit(0), "cuInit");
    check(cuCtxSynchronize() == 201, "still has a context", "forget");
    check(control().liveBytes == 0 && control().streams == 0 && control().forget == 0, "still holds something",
          "forget");
    open(COMMITTED_PTX);
}

/** The code with which a kernel of two blocks ends. */
int ends(const std::function<void()>& kernel, unsigned threads = 64) {
    return emulated::run({2, 1, 1}, {threads, 1, 1}, 0, kernel);
}

void whatHardwareLeavesUndefinedIsAFault() {
    using namespace emulated;
    auto none = [](auto&&...) {};
    check(ends([] { barrier(); }) == 0, "a whole barrier", "block");
    check(ends([] {
              if (block->current < 32) {
                  barrier();
              }
          }) == 0,
          "a barrier of those that are alive", "block");
    check(ends([&] {
              if (block->lane() < 16) {
                  meet(Operation::SYNC, none, none);
              }
          }) == 719,
          "half a warp", "block");
    check(ends([&] {
              if (block->current == 0) {
                  barrier();
              } else {
                  meet(Operation::SYNC, none, none);
              }
          }) == 719,
          "a barrier in one lane, a warp operation in the others", "block");
    const char* order = getenv("TIDAR_EMU_ORDER");
    bool descending = order != nullptr && strcmp(order, "descending") == 0; // then copies happen at once
    auto copy = [descending](bool wait) {
        int from = 1;
        int to = 0;
        copyAsync(&to, &from, 4, 0);
        commitCopies();
        bool early = to != 0 && !descending;
        if (wait) {
            waitForCopies(0);
        }
        if (early || (wait && to != 1)) {
            fault(1, "a copy has not come when it was waited for");
        }
    };
    check(ends([&] { copy(true); }, 1) == 0, "a copy comes when it is waited for", "block");
    check(ends([&] { copy(false); }, 1) == 719, "a copy that nobody waits for", "block");
}

/** The code with which a file is rejected, 0 if it is loaded, on a device and driver of these versions. */
int loads(const char* file, int capability, int driverVersion) {
    control().computeCapability = capability;
    control().driverVersion = driverVersion;
    CUmodule loaded = nullptr;
    CUresult result = cuModuleLoad(&loaded, file);
    if (result == CUDA_SUCCESS) {
        CUfunction function = nullptr;
        int maxThreads = 0;
        require(cuModuleGetFunction(&function, loaded, "linear_tile16_bf16"), "cuModuleGetFunction");
        require(cuFuncGetAttribute(&maxThreads, 0, function), "cuFuncGetAttribute");
        check(maxThreads == 256, "has another number of threads", file);
        require(cuModuleUnload(loaded), "cuModuleUnload");
    }
    control().computeCapability = 0;
    control().driverVersion = 0;
    return result;
}

void cubinsAreForOneArchitectureAndNewDrivers() {
    const char* sm86 = "src/main/resources/dev/tidar/kernels/tidar-sm86.cubin";
    check(loads(sm86, 86, 13000) == 0 && loads(sm86, 89, 13000) == 0, "is rejected", "cubin");
    check(loads(sm86, 80, 13000) == 209, "runs on an older device", "cubin");
    check(loads(sm86, 90, 13000) == 209, "runs on a device of another kind", "cubin");
    check(loads(sm86, 86, 12080) == 200, "is loaded by an old driver", "cubin");
    check(loads(COMMITTED_PTX, 90, 12000) == 0 && loads(COMMITTED_PTX, 75, 13000) == 209, "is another matter", "PTX");
}

void whatIsReleasedIsCounted() {
    check(control().liveAllocations == 0 && control().livePinned == 0 && control().streams == 1 &&
              control().graphs == 0 && control().graphExecs == 0 && control().liveBytes == 0,
          "something is left", "counters");
    check(control().kernelsRun == 2 && control().graphReplays == 2, "are not kept", "counters");
}

} // namespace

} // namespace self_test

int main() {
    using namespace self_test;
    open(COMMITTED_PTX);
    accessesOutsideAnAllocationAreIllegal();
    workRunsWhenSomebodyWaits();
    graphsReplayWhatWasCaptured();
    faultsComeAtTheCallThatIsNamed();
    aDriverThatForgetsIsLikeNew();
    whatHardwareLeavesUndefinedIsAFault();
    cubinsAreForOneArchitectureAndNewDrivers();
    whatIsReleasedIsCounted();
    printf("emulated driver: %s\n", failures == 0 ? "passed" : "FAILED");
    return failures == 0 ? 0 : 1;
}
