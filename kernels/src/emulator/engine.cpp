#include "engine.h"

#include "block.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace emulated {

Engine engine() {
    if (control().engine != 0) {
        return static_cast<Engine>(control().engine);
    }
    static const char* name = getenv("TIDAR_EMU_ENGINE");
    if (name == nullptr || strcmp(name, "sources") == 0) {
        return Engine::SOURCES;
    }
    if (strcmp(name, "ptx") == 0 || strcmp(name, "both") == 0) {
        return name[0] == 'p' ? Engine::PTX : Engine::BOTH;
    }
    fprintf(stderr, "emulated device: TIDAR_EMU_ENGINE must be sources, ptx or both, but is %s\n", name);
    abort();
}

std::vector<ptx::MemoryRange> reachableMemory() {
    std::vector<ptx::MemoryRange> ranges;
    for (auto& allocated : driver().memory.ranges()) {
        ranges.push_back({allocated.first, allocated.second});
    }
    for (auto& pinned : driver().pinned) {
        ranges.push_back({pinned.first, pinned.second});
    }
    std::sort(ranges.begin(), ranges.end(), [](auto& a, auto& b) { return a.begin < b.begin; });
    return ranges;
}

Snapshot::Snapshot(const std::vector<ptx::MemoryRange>& ranges) : ranges(ranges) {
    for (const ptx::MemoryRange& range : ranges) {
        const char* at = reinterpret_cast<const char*>(range.begin);
        contents.emplace_back(at, at + range.bytes);
    }
}

void Snapshot::restore() const {
    for (size_t i = 0; i < ranges.size(); i++) {
        memcpy(reinterpret_cast<char*>(ranges[i].begin), contents[i].data(), ranges[i].bytes);
    }
}

namespace {

bool isNan(uint32_t word) { return (word & 0x7fffffffu) > 0x7f800000u; }

/** Equal, or NaN in both, as an f32 or as two bfloat16. */
bool sameWord(uint32_t a, uint32_t b) {
    bool low = (a & 0xffff) == (b & 0xffff) || (isNan(a << 16) && isNan(b << 16));
    bool high = a >> 16 == b >> 16 || (isNan(a & 0xffff0000u) && isNan(b & 0xffff0000u));
    return a == b || (isNan(a) && isNan(b)) || (low && high);
}

} // namespace

std::string Snapshot::difference() const {
    for (size_t i = 0; i < ranges.size(); i++) {
        const char* now = reinterpret_cast<const char*>(ranges[i].begin);
        const char* then = contents[i].data();
        if (memcmp(now, then, ranges[i].bytes) == 0) {
            continue;
        }
        for (size_t at = 0; at < ranges[i].bytes; at += 4) {
            size_t count = std::min<size_t>(4, ranges[i].bytes - at);
            uint32_t a = 0;
            uint32_t b = 0;
            memcpy(&a, now + at, count);
            memcpy(&b, then + at, count);
            if (!sameWord(a, b)) {
                char text[160];
                snprintf(text, sizeof text, "byte %zu of %zu at %p is 0x%08x on one engine and 0x%08x on the other", at,
                         static_cast<size_t>(ranges[i].bytes), static_cast<const void*>(now), b, a);
                return text;
            }
        }
    }
    return "";
}

namespace {

int runSources(const KernelLaunch& launch) {
    int code = run(launch.ptx.grid, launch.ptx.size, launch.ptx.sharedBytes, launch.call.body);
    if (code != 0) {
        fprintf(stderr, "emulated device: %s: %s\n", launch.kernel->name, faultText());
    }
    return code;
}

int runPtx(const KernelLaunch& launch, const std::vector<ptx::MemoryRange>& memory) {
    std::string fault;
    int code = ptx::run(launch.ptx, memory, fault);
    if (code != 0) {
        fprintf(stderr, "emulated device: %s\n", fault.c_str());
    }
    return code;
}

} // namespace

int (*launcher)(const KernelLaunch&) = runOnEngine;

int runOnEngine(const KernelLaunch& launch) {
    if (launch.ptx.function == nullptr) {
        return runSources(launch);
    }
    std::vector<ptx::MemoryRange> memory = reachableMemory();
    if (!launch.both) {
        return runPtx(launch, memory);
    }
    Snapshot before(memory);
    if (int code = runSources(launch)) {
        return code;
    }
    Snapshot sources(memory);
    before.restore();
    int code = runPtx(launch, memory);
    std::string difference = code == 0 ? sources.difference() : "";
    if (!difference.empty()) {
        fprintf(stderr, "emulated device: sources and PTX of %s differ: %s\n", launch.kernel->name, difference.c_str());
        return CUDA_ERROR_LAUNCH_FAILED;
    }
    return code;
}

} // namespace emulated
