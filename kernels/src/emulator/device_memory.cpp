#include "device_memory.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>

namespace emulated {

namespace {
constexpr size_t PAGE = 4096;
constexpr size_t ALIGNMENT = 256;
constexpr size_t FILLED = 16 << 20; // more would touch memory that only a large model's weights need
constexpr char SLACK = 0x5a;
} // namespace

char* DeviceMemory::allocate(size_t bytes) {
    size_t padded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t pages = (padded + PAGE - 1) / PAGE * PAGE;
    size_t mapped = pages + 2 * PAGE;
    void* base = mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return nullptr;
    }
    char* first = static_cast<char*>(base) + PAGE;
    if (mprotect(first, pages, PROT_READ | PROT_WRITE) != 0) {
        munmap(base, mapped);
        return nullptr;
    }
    char* at = first + pages - padded;
    memset(at, 0xff, std::min(bytes, FILLED));
    memset(at + bytes, SLACK, padded - bytes);
    blocks[reinterpret_cast<uintptr_t>(at)] = {bytes, padded, mapped, static_cast<char*>(base)};
    live += bytes;
    return at;
}

bool DeviceMemory::release(const void* at, bool& overrun) {
    auto found = blocks.find(reinterpret_cast<uintptr_t>(at));
    if (found == blocks.end()) {
        return false;
    }
    const Range& range = found->second;
    const char* bytes = static_cast<const char*>(at);
    overrun = false;
    for (size_t i = range.bytes; i < range.padded; i++) {
        overrun |= bytes[i] != SLACK;
    }
    madvise(range.base, range.mapped, MADV_DONTNEED);
    mprotect(range.base, range.mapped, PROT_NONE);
    live -= range.bytes;
    blocks.erase(found);
    return true;
}

void DeviceMemory::clear() {
    bool overrun = false;
    while (!blocks.empty()) {
        release(reinterpret_cast<const void*>(blocks.begin()->first), overrun);
    }
}

bool DeviceMemory::contains(const void* at, size_t bytes) const {
    uintptr_t address = reinterpret_cast<uintptr_t>(at);
    auto next = blocks.upper_bound(address);
    if (next == blocks.begin()) {
        return false;
    }
    --next;
    return address - next->first + bytes <= next->second.bytes;
}

} // namespace emulated
