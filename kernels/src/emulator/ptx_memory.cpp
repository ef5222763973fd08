// Loads, stores, atomics and asynchronous copies: PTX ISA 9.7.8 and 9.7.12.
#include "ptx_forms.h"

namespace emulated::ptx {

namespace {

enum class Space { GLOBAL, SHARED, PARAMETER };

/** Where the lane's access leads, after all checks. */
template <Space SPACE, bool WRITE>
char* locate(Warp& warp, const Instruction& i, const Operand& address, int lane, const char* lanes, int bytes) {
    Block& block = *warp.block;
    if constexpr (SPACE == Space::GLOBAL) {
        uintptr_t base = reinterpret_cast<const uint64_t*>(lanes)[lane];
        return block.global(warp, i, lane, base + static_cast<uint64_t>(address.offset), static_cast<uint32_t>(bytes));
    } else {
        uint32_t at = reinterpret_cast<const uint32_t*>(lanes)[lane] + static_cast<uint32_t>(address.offset);
        if constexpr (SPACE == Space::PARAMETER) {
            return const_cast<char*>(block.parameters) + at;
        }
        if (at % static_cast<uint32_t>(bytes) != 0) {
            block.misaligned(warp, i, lane, at);
        }
        const char* bad = WRITE ? block.shared.writes(visitor(warp, lane), at, static_cast<uint32_t>(bytes))
                                : block.shared.reads(visitor(warp, lane), at, static_cast<uint32_t>(bytes));
        if (bad != nullptr) {
            wrongShared(warp, i, lane, at, bad);
        }
        return block.shared.data(at);
    }
}

/** Addresses of a lane each; those of global memory have 64 bits, all others 32. */
template <Space SPACE>
const char* addresses(const Warp& warp, const Instruction& i, const Operand& operand) {
    return SPACE == Space::GLOBAL ? reinterpret_cast<const char*>(read<uint64_t>(warp, i, operand))
                                  : reinterpret_cast<const char*>(read<uint32_t>(warp, i, operand));
}

/** N values of T, each extended to a register of type R. */
template <Space SPACE, class T, class R, int N>
void load(Warp& warp, const Instruction& i) {
    const char* lanes = addresses<SPACE>(warp, i, i.operands[N]);
    R values[N][LANES] = {};
    forLanes(warp, [&](int lane) {
        T found[N];
        memcpy(found, locate<SPACE, false>(warp, i, i.operands[N], lane, lanes, sizeof found), sizeof found);
        for (int k = 0; k < N; k++) {
            values[k][lane] = static_cast<R>(found[k]);
        }
    });
    for (int k = 0; k < N; k++) {
        write(warp, i.operands[k], values[k]);
    }
}

/** The low bits of N registers. */
template <Space SPACE, class T, class R, int N>
void store(Warp& warp, const Instruction& i) {
    const char* lanes = addresses<SPACE>(warp, i, i.operands[0]);
    const R* values[N];
    for (int k = 0; k < N; k++) {
        values[k] = read<R>(warp, i, i.operands[1 + k]);
    }
    forLanes(warp, [&](int lane) {
        T stored[N];
        for (int k = 0; k < N; k++) {
            stored[k] = static_cast<T>(values[k][lane]);
        }
        memcpy(locate<SPACE, true>(warp, i, i.operands[0], lane, lanes, sizeof stored), stored, sizeof stored);
    });
}

/** Blocks and warps run one after the other here, so this is one operation to all others. */
void addAtomically(Warp& warp, const Instruction& i) {
    const char* lanes = addresses<Space::GLOBAL>(warp, i, i.operands[1]);
    const uint32_t* values = read<uint32_t>(warp, i, i.operands[2]);
    uint32_t before[LANES] = {};
    forLanes(warp, [&](int lane) {
        char* at = locate<Space::GLOBAL, true>(warp, i, i.operands[1], lane, lanes, 4);
        memcpy(&before[lane], at, 4);
        uint32_t after = before[lane] + values[lane];
        memcpy(at, &after, 4);
    });
    write(warp, i.operands[0], before);
}

/** cp.async [to], [from], 16, bytes: the rest of the sixteen is zeros. It happens when it is waited for. */
void copyAsync(Warp& warp, const Instruction& i) {
    const uint32_t* to = read<uint32_t>(warp, i, i.operands[0]);
    const uint64_t* from = read<uint64_t>(warp, i, i.operands[1]);
    uint32_t size = read<uint32_t>(warp, i, i.operands[2])[0];
    const uint32_t* given = read<uint32_t>(warp, i, i.operands[3]);
    forLanes(warp, [&](int lane) {
        uint32_t at = to[lane] + static_cast<uint32_t>(i.operands[0].offset);
        uintptr_t source = from[lane] + static_cast<uint64_t>(i.operands[1].offset);
        if (size != 16 || given[lane] > size) {
            warp.block->stop(FAILED, warp, i, lane, "a copy past the first cache has 16 bytes, of which no more exist");
        }
        if (at % size != 0 || source % size != 0) {
            warp.block->misaligned(warp, i, lane, at % size != 0 ? at : source);
        }
        for (uint32_t byte = 0; byte < given[lane]; byte++) {
            warp.block->global(warp, i, lane, source + byte, 1);
        }
        if (const char* bad = warp.block->shared.flies(visitor(warp, lane), at, size)) {
            wrongShared(warp, i, lane, at, bad);
        }
        warp.copies.push_back(
            {at, source, static_cast<int>(given[lane]), static_cast<int>(size - given[lane]), lane, warp.groups[lane]});
    });
}

void commitCopies(Warp& warp, const Instruction&) {
    forLanes(warp, [&](int lane) { warp.groups[lane]++; });
}

/** Until at most so many groups of a thread are under way. */
void waitForCopies(Warp& warp, const Instruction& i) {
    int left = static_cast<int>(read<uint32_t>(warp, i, i.operands[0])[0]);
    size_t kept = 0;
    for (const PendingCopy& copy : warp.copies) {
        if ((warp.lanes >> copy.lane & 1) == 0 || copy.group >= warp.groups[copy.lane] - left) {
            warp.copies[kept++] = copy;
            continue;
        }
        char* to = warp.block->shared.data(copy.to);
        if (const char* bad = warp.block->shared.lands(visitor(warp, copy.lane), copy.to, 16)) {
            wrongShared(warp, i, copy.lane, copy.to, bad);
        }
        memcpy(to, reinterpret_cast<const char*>(copy.from), copy.bytes);
        memset(to + copy.bytes, 0, copy.zeros);
    }
    warp.copies.resize(kept);
}

template <Space SPACE, class T, class R, int N>
void addAccess(Forms& forms, const std::string& space, const std::string& type) {
    std::vector<int> registers(N, sizeof(R));
    int address = SPACE == Space::GLOBAL ? 8 : 4;
    std::vector<int> loaded = registers;
    loaded.push_back(address);
    std::string vector = N == 1 ? "" : N == 2 ? ".v2" : ".v4";
    forms.add("ld" + space + vector + type, MOVEMENT, loaded, load<SPACE, T, R, N>);
    if constexpr (SPACE == Space::GLOBAL) {
        for (const char* cache : {".cg", ".nc", ".nc.L1::no_allocate"}) {
            forms.add("ld.global" + (cache + vector) + type, MOVEMENT, loaded, load<SPACE, T, R, N>);
        }
    }
    if constexpr (SPACE != Space::PARAMETER) {
        std::vector<int> stored{address};
        stored.insert(stored.end(), registers.begin(), registers.end());
        forms.add("st" + space + vector + type, MOVEMENT, stored, store<SPACE, T, R, N>);
    }
}

/** The types of 32 and 64 bits; what is narrower or is widened is only used from global memory. */
template <Space SPACE>
void addSpace(Forms& forms, const std::string& space) {
    for (const char* type : {".u32", ".s32", ".b32", ".f32"}) {
        addAccess<SPACE, uint32_t, uint32_t, 1>(forms, space, type);
    }
    for (const char* type : {".u64", ".s64", ".b64", ".f64"}) {
        addAccess<SPACE, uint64_t, uint64_t, 1>(forms, space, type);
    }
}

template <Space SPACE>
void addVectors(Forms& forms, const std::string& space) {
    for (const char* type : {".u32", ".b32", ".f32"}) {
        addAccess<SPACE, uint32_t, uint32_t, 2>(forms, space, type);
        addAccess<SPACE, uint32_t, uint32_t, 4>(forms, space, type);
    }
}

void addNarrow(Forms& forms) {
    addAccess<Space::GLOBAL, uint8_t, uint16_t, 1>(forms, ".global", ".u8");
    addAccess<Space::GLOBAL, uint8_t, uint32_t, 1>(forms, ".global", ".u8");
    addAccess<Space::GLOBAL, int8_t, int16_t, 1>(forms, ".global", ".s8");
    addAccess<Space::GLOBAL, int8_t, int32_t, 1>(forms, ".global", ".s8");
    addAccess<Space::GLOBAL, uint16_t, uint16_t, 1>(forms, ".global", ".u16");
    addAccess<Space::GLOBAL, uint16_t, uint32_t, 1>(forms, ".global", ".u16");
    addAccess<Space::GLOBAL, int32_t, int64_t, 1>(forms, ".global", ".s32");
    addAccess<Space::GLOBAL, uint32_t, uint64_t, 1>(forms, ".global", ".u32");
}

} // namespace

void addMemoryForms(Forms& forms) {
    addNarrow(forms);
    addSpace<Space::GLOBAL>(forms, ".global");
    addVectors<Space::GLOBAL>(forms, ".global");
    addSpace<Space::SHARED>(forms, ".shared");
    addVectors<Space::SHARED>(forms, ".shared");
    addSpace<Space::PARAMETER>(forms, ".param");
    forms.add("atom.global.add.u32", SYNCHRONISATION, {4, 8, 4}, addAtomically);
    for (const char* prefetch : {"", ".L2::64B", ".L2::128B", ".L2::256B"}) {
        forms.add(std::string("cp.async.cg.shared.global") + prefetch, MOVEMENT, {4, 8, 4, 4}, copyAsync);
    }
    forms.add("cp.async.commit_group", MOVEMENT, {}, commitCopies);
    forms.add("cp.async.wait_group", MOVEMENT, {4}, waitForCopies);
}

} // namespace emulated::ptx
