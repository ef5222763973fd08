#include "control.h"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace emulated {

namespace {

int64_t fromEnvironment(const char* name, int64_t otherwise) {
    const char* value = getenv(name);
    return value == nullptr ? otherwise : atoll(value);
}

void* shared() {
    const char* path = getenv("TIDAR_EMU_CONTROL");
    if (path != nullptr) {
        int file = open(path, O_RDWR | O_CREAT, 0600);
        if (file >= 0 && ftruncate(file, CONTROL_BYTES) == 0) {
            void* page = mmap(nullptr, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            close(file);
            if (page != MAP_FAILED) {
                return page;
            }
        }
    }
    return calloc(1, CONTROL_BYTES);
}

Control* create() {
    Control* c = static_cast<Control*>(shared());
    if (c->magic != CONTROL_MAGIC) { // a test may have written its settings before
        c->magic = CONTROL_MAGIC;
        c->layout = 1;
        c->devices = static_cast<int32_t>(fromEnvironment("TIDAR_EMU_DEVICES", -1));
        c->driverVersion = static_cast<int32_t>(fromEnvironment("TIDAR_EMU_DRIVER_VERSION", 0));
        c->computeCapability = static_cast<int32_t>(fromEnvironment("TIDAR_EMU_COMPUTE_CAPABILITY", 0));
        c->multiprocessors = static_cast<int32_t>(fromEnvironment("TIDAR_EMU_MULTIPROCESSORS", 0));
        c->memory = fromEnvironment("TIDAR_EMU_MEMORY", 0);
    }
    memset(&c->liveAllocations, 0, CONTROL_BYTES - offsetof(Control, liveAllocations));
    return c;
}

} // namespace

Control& control() {
    static Control* page = create();
    return *page;
}

} // namespace emulated
