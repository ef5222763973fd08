// Every kernel against its definition, on whatever device the driver has: the emulated one, or a GPU.
//
//   target/emulated/kernel_test                               the emulated device, built beside it
//   LD_LIBRARY_PATH=<folder of libcuda.so.1> kernel_test PTX  a GPU; PTX is the path of tidar-sm80.ptx
#include "self_test.h"

int main(int count, char** arguments) {
    using namespace self_test;
    open(count > 1 ? arguments[1] : COMMITTED_PTX);
    testProducts();
    testSampling();
    testFilteredSampling();
    testAttention();
    testRows();
    printf("kernels: %s\n", failures == 0 ? "passed" : "FAILED");
    return failures == 0 ? 0 : 1;
}
