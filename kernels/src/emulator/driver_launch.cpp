// Modules, launches and graphs of the emulated driver.
#include "block.h"
#include "driver.h"
#include "engine.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

using namespace emulated;

namespace {

/** Newest PTX version that a driver compiles, by what came with each toolkit; 80 for 8.0. */
int newestPtx(int driverVersion) {
    int major = driverVersion / 1000;
    int minor = driverVersion % 1000 / 10;
    return major >= 13 ? 90 + minor : major == 12 ? 80 + minor : 70 + minor;
}

const Kernel* findKernel(const std::string& name) {
    for (const Kernel& kernel : kernels()) {
        if (name == kernel.name) {
            return &kernel;
        }
    }
    return nullptr;
}

/** PTX runs on all later devices, a cubin on those of the same major version, and not on the engine that reads PTX. */
bool fits(const PtxImage& image, int capability) {
    bool binaryFits = image.target / 10 == capability / 10 && engine() == Engine::SOURCES;
    return image.target <= capability && (!image.isCubin || binaryFits);
}

/** The PTX as the second engine runs it, kept for the next module of the same text; null where it has to be refused. */
std::shared_ptr<const ptx::Module> decoded(const char* text) {
    static std::string lastText;
    static std::shared_ptr<const ptx::Module> last;
    if (last == nullptr || lastText != text) {
        try {
            last = ptx::decode(text);
            lastText = text;
        } catch (const std::exception& invalid) {
            fprintf(stderr, "emulated device: %s\n", invalid.what());
            return nullptr;
        }
    }
    return last;
}

/** Loads an image; the driver must know each of its kernels, with as many parameters, or one of the two is stale. */
CUresult load(CUmodule* module, const char* text) {
    PtxImage image;
    if (!(isElf(text) ? driverVersion() >= 13000 && readCubin(text, image) : readPtx(text, image))) {
        return CUDA_ERROR_INVALID_IMAGE;
    }
    if (image.version > newestPtx(driverVersion())) {
        return CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
    }
    if (!fits(image, deviceCapability())) {
        return CUDA_ERROR_NO_BINARY_FOR_GPU;
    }
    auto loaded = std::make_unique<CUmod_st>();
    if (engine() != Engine::SOURCES) {
        loaded->ptx = decoded(text);
        loaded->bothEngines = engine() == Engine::BOTH;
        if (loaded->ptx == nullptr) {
            return CUDA_ERROR_INVALID_PTX;
        }
    }
    for (auto& entry : image.entries) {
        const Kernel* kernel = findKernel(entry.first);
        if (kernel == nullptr || kernel->parameters != entry.second.parameters) {
            fprintf(stderr, "emulated device: %s has %d parameters in the image and %d in the emulated sources\n",
                    entry.first.c_str(), entry.second.parameters, kernel == nullptr ? -1 : kernel->parameters);
            return CUDA_ERROR_INVALID_PTX;
        }
        auto function = std::make_unique<CUfunc_st>();
        function->kernel = kernel;
        function->entry = entry.second;
        function->module = loaded.get();
        function->ptx = loaded->ptx == nullptr ? nullptr : &loaded->ptx->functions.at(entry.first);
        loaded->functions[entry.first] = std::move(function);
    }
    *module = loaded.release();
    driver().modules.insert(*module);
    publish();
    return CUDA_SUCCESS;
}

/** A pointer parameter must be null or stand in memory that the device sees. */
bool visible(const void* at) { return at == nullptr || driver().memory.contains(at, 0) || isPinned(at, 0); }

int runKernel(const KernelLaunch& launch) {
    for (auto& pointer : launch.call.pointers) {
        if (!visible(pointer.second)) {
            fprintf(stderr, "emulated device: parameter %d of %s, %p, is not device memory\n", pointer.first,
                    launch.kernel->name, pointer.second);
            return CUDA_ERROR_ILLEGAL_ADDRESS;
        }
    }
    control().kernelsRun++;
    return launcher(launch);
}

/** Everything that a launch of this kernel fixes; its parameters are read at once. */
KernelLaunch prepare(const CUfunc_st& function, dim3 grid, dim3 size, unsigned sharedBytes, void** parameters) {
    KernelLaunch launch{function.kernel, function.kernel->bind(parameters), {}, function.module->bothEngines};
    launch.ptx = {function.ptx, grid, size, sharedBytes, {}};
    if (function.ptx != nullptr) {
        launch.ptx.parameters.resize(static_cast<size_t>(function.ptx->parameterBytes));
        for (size_t i = 0; i < function.ptx->parameters.size(); i++) {
            auto& place = function.ptx->parameters[i];
            memcpy(launch.ptx.parameters.data() + place.first, parameters[i], static_cast<size_t>(place.second));
        }
    }
    return launch;
}

} // namespace

EXPORTED CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device);

#define ENTER(kind)                                              \
    std::lock_guard<std::recursive_mutex> locked(driver().lock); \
    if (CUresult early = enter(kind))                            \
    return early

EXPORTED CUresult cuModuleLoadData(CUmodule* module, const void* image) {
    ENTER(LOAD);
    return load(module, static_cast<const char*>(image));
}

EXPORTED CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned, int*, void**) {
    ENTER(LOAD);
    return load(module, static_cast<const char*>(image));
}

EXPORTED CUresult cuModuleLoad(CUmodule* module, const char* path) {
    ENTER(LOAD);
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return file ? load(module, text.str().c_str()) : CUDA_ERROR_NOT_FOUND;
}

EXPORTED CUresult cuModuleUnload(CUmodule module) {
    std::lock_guard<std::recursive_mutex> locked(driver().lock);
    driver().queue.runAll();
    if (driver().modules.erase(module) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    delete module;
    return settle(control().sticky);
}

EXPORTED CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
    ENTER(LOAD);
    if (driver().modules.count(module) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    auto found = module->functions.find(name);
    if (found == module->functions.end()) {
        return CUDA_ERROR_NOT_FOUND;
    }
    *function = found->second.get();
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuFuncSetAttribute(CUfunction function, int attribute, int value) {
    ENTER(LOAD);
    int largest = 0;
    cuDeviceGetAttribute(&largest, MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 0);
    if (attribute == FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES) {
        if (value > largest) {
            return CUDA_ERROR_INVALID_VALUE;
        }
        function->dynamicSharedBytes = std::max(function->dynamicSharedBytes, value);
    }
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuFuncGetAttribute(int* value, int attribute, CUfunction function) {
    ENTER(LOAD);
    *value = attribute == FUNCTION_MAX_THREADS_PER_BLOCK           ? function->entry.maxThreads
             : attribute == FUNCTION_MAX_DYNAMIC_SHARED_SIZE_BYTES ? function->dynamicSharedBytes
                                                                   : 0;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuLaunchKernel(CUfunction function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                                 unsigned blockY, unsigned blockZ, unsigned sharedBytes, CUstream stream,
                                 void** parameters, void**) {
    ENTER(LAUNCH);
    unsigned long long threads = 1ull * blockX * blockY * blockZ;
    if (gridX == 0 || gridY == 0 || gridZ == 0 || gridY > 65535 || gridZ > 65535 || threads == 0 ||
        static_cast<int>(sharedBytes) > function->dynamicSharedBytes) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (threads > static_cast<unsigned long long>(function->entry.maxThreads)) {
        return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
    }
    KernelLaunch launch = prepare(*function, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, parameters);
    return submit(stream, [launch] { return runKernel(launch); });
}

EXPORTED CUresult cuStreamBeginCapture_v2(CUstream stream, int) {
    ENTER(GRAPH);
    if (driver().streams.count(stream) == 0 || stream->capture != nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    stream->capture = new CUgraph_st();
    stream->captureBroken = false;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuStreamIsCapturing(CUstream stream, int* status) {
    ENTER(OTHER);
    *status = stream != nullptr && stream->capture != nullptr ? 1 : 0;
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph) {
    std::lock_guard<std::recursive_mutex> locked(driver().lock);
    CUresult early = enter(GRAPH);
    if (driver().streams.count(stream) == 0 || stream->capture == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    CUgraph captured = stream->capture;
    stream->capture = nullptr;
    if (early != CUDA_SUCCESS || stream->captureBroken) {
        delete captured;
        *graph = nullptr;
        return early != CUDA_SUCCESS ? early : CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    }
    driver().graphs.insert(captured);
    *graph = captured;
    publish();
    return CUDA_SUCCESS;
}

static CUresult instantiate(CUgraphExec* exec, CUgraph graph) {
    ENTER(GRAPH);
    if (driver().graphs.count(graph) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    *exec = new CUgraphExec_st{graph->actions};
    driver().graphExecs.insert(*exec);
    publish();
    return CUDA_SUCCESS;
}

EXPORTED CUresult cuGraphInstantiateWithFlags(CUgraphExec* exec, CUgraph graph, unsigned long long) {
    return instantiate(exec, graph);
}

EXPORTED CUresult cuGraphUpload(CUgraphExec, CUstream) { return CUDA_SUCCESS; }

EXPORTED CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream) {
    ENTER(LAUNCH);
    if (driver().graphExecs.count(exec) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    return submit(stream, [exec] {
        control().graphReplays++;
        for (auto& action : exec->actions) {
            if (int code = action()) {
                return code;
            }
        }
        return 0;
    });
}

EXPORTED CUresult cuGraphExecDestroy(CUgraphExec exec) {
    std::lock_guard<std::recursive_mutex> locked(driver().lock);
    driver().queue.runAll();
    if (driver().graphExecs.erase(exec) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    delete exec;
    return settle(control().sticky);
}

EXPORTED CUresult cuGraphDestroy(CUgraph graph) {
    std::lock_guard<std::recursive_mutex> locked(driver().lock);
    if (driver().graphs.erase(graph) == 0) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    delete graph;
    return settle(control().sticky);
}
