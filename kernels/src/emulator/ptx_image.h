// What a driver reads of a PTX text before it compiles it, or of a cubin, the result.
#pragma once

#include <map>
#include <string>

namespace emulated {

struct PtxEntry {
    int parameters = 0;
    int maxThreads = 1024; // .maxntid
};

struct PtxImage {
    bool isCubin = false;
    int version = 0; // 80 for 8.0; 0 in a cubin
    int target = 0;  // 80 for sm_80
    std::map<std::string, PtxEntry> entries;
};

/** Reads the header and the entries; false where the text is not PTX. */
bool readPtx(const char* text, PtxImage& image);

bool isElf(const char* image);

/** Reads the same of an ELF file; false where it is not a cubin of CUDA 13. */
bool readCubin(const char* image, PtxImage& read);

} // namespace emulated
