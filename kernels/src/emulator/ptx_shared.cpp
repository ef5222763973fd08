#include "ptx_shared.h"

namespace emulated::ptx {

void SharedMemory::prepare(const Function& function, uint32_t dynamicBytes) {
    granule = function.granule;
    bytes.assign(function.dynamicAt + dynamicBytes, '\xff');
    cells.assign(bytes.size() / granule + 1, Cell());
    auto mark = [this](uint32_t at, uint32_t count) {
        for (uint32_t cell = at / granule; cell * granule < at + count; cell++) {
            cells[cell].inside = true;
        }
    };
    for (const SharedVariable& variable : function.shared) {
        mark(variable.at, variable.bytes);
    }
    mark(function.dynamicAt, dynamicBytes);
}

const char* SharedMemory::flies(const Visitor& who, uint32_t at, uint32_t count) {
    if (const char* wrong = writes(who, at, count)) {
        return wrong;
    }
    for (uint32_t cell = at / granule; cell * granule < at + count; cell++) {
        cells[cell].inFlight = true;
    }
    return nullptr;
}

const char* SharedMemory::lands(const Visitor& who, uint32_t at, uint32_t count) {
    for (uint32_t cell = at / granule; cell * granule < at + count; cell++) {
        cells[cell].inFlight = false;
    }
    return writes(who, at, count);
}

} // namespace emulated::ptx
