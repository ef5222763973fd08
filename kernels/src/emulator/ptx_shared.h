// Shared memory of a block that knows who wrote what: reads of what nobody wrote, addresses outside of every variable,
// accesses that no barrier orders, and uses of what an asynchronous copy may be changing are errors.
#pragma once

#include "ptx_program.h"

#include <cstring>

namespace emulated::ptx {

/** Who comes to shared memory, and after how many barriers. */
struct Visitor {
    int thread;
    uint32_t barriers;  // of the block, and one
    uint16_t warpSyncs; // of the warp

    int warp() const { return thread / LANES; }
};

class SharedMemory {
public:
    /** Empty memory for a block of a kernel. */
    void prepare(const Function& function, uint32_t dynamicBytes);

    /** Checks a read; null, or what is wrong with it. Addresses are multiples of `bytes`. */
    const char* reads(const Visitor& who, uint32_t at, uint32_t bytes) { return visit<false>(who, at, bytes); }

    /** Checks a write, and remembers it. */
    const char* writes(const Visitor& who, uint32_t at, uint32_t bytes) { return visit<true>(who, at, bytes); }

    /** Checks and marks what an asynchronous copy will write; until `lands` nobody may touch it. */
    const char* flies(const Visitor& who, uint32_t at, uint32_t bytes);
    const char* lands(const Visitor& who, uint32_t at, uint32_t bytes);

    char* data(uint32_t at) { return bytes.data() + at; }

private:
    /** What is known of a few bytes. */
    struct Cell {
        uint32_t writtenAt = OUTSIDE; // barriers before it, and one; or one of the states
        uint32_t readAt = 0;
        int16_t writer = 0;
        int16_t reader = 0; // thread, or -1 - warp, or MANY
        uint16_t writerSyncs = 0;
        uint16_t readerSyncs = 0;
    };

    static constexpr uint32_t NEVER = 0;
    static constexpr uint32_t OUTSIDE = ~0u; // of every variable
    static constexpr uint32_t IN_FLIGHT = ~0u - 1;
    static constexpr int16_t MANY = -1000;

    std::vector<char> bytes;
    std::vector<Cell> cells;
    uint32_t granule = 4;

    template <bool WRITE>
    const char* visit(const Visitor& who, uint32_t at, uint32_t count);

    /** What is wrong with touching a cell that was not written before the last barrier; null if nothing is. */
    const char* recent(const Cell& cell, const Visitor& who, bool write) const;

    static bool ofSameWarp(int reader, const Visitor& who) {
        return reader >= 0 ? reader / LANES == who.warp() : reader == -1 - who.warp();
    }

    static void noteReader(Cell& cell, const Visitor& who) {
        if (cell.readAt != who.barriers) {
            cell.readAt = who.barriers;
            cell.reader = static_cast<int16_t>(who.thread);
        } else if (cell.reader != who.thread) {
            cell.reader = ofSameWarp(cell.reader, who) ? static_cast<int16_t>(-1 - who.warp()) : MANY;
        }
        cell.readerSyncs = who.warpSyncs;
    }
};

template <bool WRITE>
inline __attribute__((always_inline)) const char* SharedMemory::visit(const Visitor& who, uint32_t at, uint32_t count) {
    if (at > bytes.size() || count > bytes.size() - at) {
        return "is outside of the block's shared memory";
    }
    Cell* end = &cells[0] + (at + count + granule - 1) / granule;
    for (Cell* cell = &cells[0] + at / granule; cell < end; cell++) {
        if (cell->writtenAt - 1 >= who.barriers - 1) {
            if (const char* wrong = recent(*cell, who, WRITE)) {
                return wrong;
            }
        }
        if (!WRITE) {
            noteReader(*cell, who);
            continue;
        }
        if (cell->readAt == who.barriers && cell->reader != who.thread &&
            !(ofSameWarp(cell->reader, who) && cell->readerSyncs < who.warpSyncs)) {
            return "was read by another thread, and there was no barrier since";
        }
        cell->writtenAt = who.barriers;
        cell->writer = static_cast<int16_t>(who.thread);
        cell->writerSyncs = who.warpSyncs;
    }
    return nullptr;
}

} // namespace emulated::ptx
