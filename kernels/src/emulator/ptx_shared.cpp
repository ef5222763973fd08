#include "ptx_shared.h"

namespace emulated::ptx {

void SharedMemory::prepare(const Function& function, uint32_t dynamicBytes) {
    granule = static_cast<uint32_t>(function.granule);
    bytes.assign(function.dynamicAt + dynamicBytes, '\xff');
    cells.assign(bytes.size() / granule + 1, Cell());
    auto mark = [this](uint32_t at, uint32_t count) {
        for (uint32_t cell = at / granule; cell * granule < at + count; cell++) {
            cells[cell].writtenAt = NEVER;
        }
    };
    for (const SharedVariable& variable : function.shared) {
        mark(variable.at, variable.bytes);
    }
    mark(function.dynamicAt, dynamicBytes);
}

const char* SharedMemory::recent(const Cell& cell, const Visitor& who, bool write) const {
    if (cell.writtenAt == OUTSIDE) {
        return "is outside of every shared variable";
    }
    if (cell.writtenAt == IN_FLIGHT) {
        return "is still the target of a cp.async that nobody waited for";
    }
    if (cell.writtenAt == NEVER) {
        return write ? nullptr : "was never written";
    }
    bool ordered = cell.writer / LANES == who.warp() && cell.writerSyncs < who.warpSyncs;
    return cell.writer == who.thread || ordered ? nullptr
                                                : "was written by another thread, and there was no barrier since";
}

const char* SharedMemory::flies(const Visitor& who, uint32_t at, uint32_t count) {
    if (const char* wrong = writes(who, at, count)) {
        return wrong;
    }
    for (uint32_t cell = at / granule; cell * granule < at + count; cell++) {
        cells[cell].writtenAt = IN_FLIGHT;
    }
    return nullptr;
}

const char* SharedMemory::lands(const Visitor& who, uint32_t at, uint32_t count) {
    for (uint32_t cell = at / granule; cell * granule < at + count; cell++) {
        cells[cell].writtenAt = NEVER;
    }
    return writes(who, at, count);
}

} // namespace emulated::ptx
