// Memory of the emulated device: each allocation in pages of its own, with pages that fault on both sides. What is
// freed stays unmapped for good, so that a use after free faults too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace emulated {

class DeviceMemory {
public:
    /** Filled with 0xff, which is NaN to floats and NONE to integers. Null if the machine has no more. */
    char* allocate(size_t bytes);

    /** Whether this is the start of an allocation. Reports a write after its end in `overrun`. */
    bool release(const void* at, bool& overrun);

    /** Releases everything. */
    void clear();

    /** Whether all these bytes lie in one allocation. */
    bool contains(const void* at, size_t bytes) const;

    /** Starts and sizes of all allocations, in order. */
    std::vector<std::pair<uintptr_t, size_t>> ranges() const {
        std::vector<std::pair<uintptr_t, size_t>> all;
        for (auto& block : blocks) {
            all.emplace_back(block.first, block.second.bytes);
        }
        return all;
    }

    size_t liveBytes() const { return live; }
    int liveAllocations() const { return static_cast<int>(blocks.size()); }

private:
    struct Range {
        size_t bytes;  // as asked for
        size_t padded; // up to the faulting page
        size_t mapped;
        char* base;
    };

    std::map<uintptr_t, Range> blocks;
    size_t live = 0;
};

} // namespace emulated
