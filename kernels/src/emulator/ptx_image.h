// What a driver reads of a PTX text before it compiles it.
#pragma once

#include <map>
#include <string>

namespace emulated {

struct PtxEntry {
    int parameters = 0;
    int maxThreads = 1024; // .maxntid
};

struct PtxImage {
    int version = 0; // 80 for 8.0
    int target = 0;  // 80 for sm_80
    std::map<std::string, PtxEntry> entries;
};

/** Reads the header and the entries; false where the text is not PTX. */
bool readPtx(const char* text, PtxImage& image);

} // namespace emulated
