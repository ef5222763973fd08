#include "self_test.h"

#include <fstream>
#include <sstream>

namespace self_test {

int failures = 0;
CUmodule module = nullptr;
CUstream stream = nullptr;

void check(bool holds, const char* what, const std::string& of) {
    if (!holds) {
        failures++;
        printf("FAILED %s: %s\n", of.c_str(), what);
    }
}

void require(CUresult result, const char* call) {
    if (result != CUDA_SUCCESS) {
        printf("FAILED %s: %d\n", call, static_cast<int>(result));
        exit(1);
    }
}

void open(const char* path) {
    std::ifstream file(path);
    std::stringstream ptx;
    ptx << file.rdbuf();
    CUcontext context = nullptr;
    require(cuInit(0), "cuInit");
    require(cuDevicePrimaryCtxRetain(&context, 0), "cuDevicePrimaryCtxRetain");
    require(cuCtxSetCurrent(context), "cuCtxSetCurrent");
    require(cuStreamCreate(&stream, 0), "cuStreamCreate");
    require(cuModuleLoadData(&module, ptx.str().c_str()),
            "cuModuleLoadData: PTX and sources differ, run `mvn -Pkernels -pl kernels generate-resources`");
}

float fromBf16(uint16_t bits) {
    uint32_t word = static_cast<uint32_t>(bits) << 16;
    float value;
    memcpy(&value, &word, 4);
    return value;
}

uint16_t toBf16(float value) {
    uint32_t word;
    memcpy(&word, &value, 4);
    return static_cast<uint16_t>((word + 0x7fff + (word >> 16 & 1)) >> 16);
}

} // namespace self_test
