// Shared memory of a block that knows who wrote what: reads of what nobody wrote, addresses outside of every variable,
// accesses that no barrier orders, and uses of what an asynchronous copy may be changing are errors.
#pragma once

#include "ptx_program.h"

#include <cstring>

namespace emulated::ptx {

/** Who comes to shared memory, and after how many barriers. */
struct Visitor {
    int thread;
    int barriers;  // of the block
    int warpSyncs; // of the warp

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
        int writer = 0;
        int writtenAt = 0; // barriers; 0: never
        int writerSyncs = 0;
        int reader = 0; // thread, or -1 - warp, or MANY
        int readAt = 0;
        int readerSyncs = 0;
        bool inside = false; // of a variable
        bool inFlight = false;
    };

    static constexpr int MANY = -1000;

    std::vector<char> bytes;
    std::vector<Cell> cells;
    int granule = 4;

    template <bool WRITE>
    const char* visit(const Visitor& who, uint32_t at, uint32_t count);

    static bool apart(int thread, int syncs, const Visitor& who) {
        return thread != who.thread && (thread / LANES != who.warp() || syncs >= who.warpSyncs);
    }
};

template <bool WRITE>
inline const char* SharedMemory::visit(const Visitor& who, uint32_t at, uint32_t count) {
    if (at > bytes.size() || count > bytes.size() - at) {
        return "is outside of the block's shared memory";
    }
    Cell* end = &cells[0] + (at + count + granule - 1) / granule;
    for (Cell* cell = &cells[0] + at / granule; cell < end; cell++) {
        if (!cell->inside) {
            return "is outside of every shared variable";
        }
        if (cell->inFlight) {
            return "is still the target of a cp.async that nobody waited for";
        }
        if (cell->writtenAt == who.barriers && apart(cell->writer, cell->writerSyncs, who)) {
            return WRITE ? "was written by another thread, and there was no barrier since"
                         : "was written by another thread, and no barrier makes that visible";
        }
        if (WRITE) {
            bool sameWarp = cell->reader >= 0 ? cell->reader / LANES == who.warp() : cell->reader == -1 - who.warp();
            if (cell->readAt == who.barriers && cell->reader != who.thread &&
                !(sameWarp && cell->readerSyncs < who.warpSyncs)) {
                return "was read by another thread, and there was no barrier since";
            }
            cell->writer = who.thread;
            cell->writtenAt = who.barriers;
            cell->writerSyncs = who.warpSyncs;
        } else {
            if (cell->writtenAt == 0) {
                return "was never written";
            }
            if (cell->readAt != who.barriers) {
                cell->readAt = who.barriers;
                cell->reader = who.thread;
            } else if (cell->reader != who.thread) {
                bool sameWarp =
                    cell->reader >= 0 ? cell->reader / LANES == who.warp() : cell->reader == -1 - who.warp();
                cell->reader = sameWarp ? -1 - who.warp() : MANY;
            }
            cell->readerSyncs = who.warpSyncs;
        }
    }
    return nullptr;
}

} // namespace emulated::ptx
