#include "ptx_image.h"

#include <cstdio>
#include <cstring>

namespace emulated {

namespace {

int count(const std::string& text, const char* word) {
    int found = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        found++;
    }
    return found;
}

/** One entry: `.visible .entry name(\n .param ..., ...\n)\n.maxntid 128, 1, 1\n{`. Returns where it ends. */
const char* readEntry(const char* at, PtxImage& image) {
    const char* open = strchr(at, '(');
    const char* close = open == nullptr ? nullptr : strchr(open, ')');
    const char* body = close == nullptr ? nullptr : strchr(close, '{');
    if (body == nullptr) {
        return nullptr;
    }
    std::string name(at + strlen(".entry "), open);
    name.erase(name.find_last_not_of(" \t\n") + 1);
    PtxEntry entry;
    entry.parameters = count(std::string(open, close), ".param");
    std::string directives(close, body);
    size_t limit = directives.find(".maxntid");
    if (limit != std::string::npos) {
        sscanf(directives.c_str() + limit, ".maxntid %d", &entry.maxThreads);
    }
    image.entries[name] = entry;
    return body;
}

} // namespace

bool readPtx(const char* text, PtxImage& image) {
    int major = 0;
    int minor = 0;
    const char* version = strstr(text, "\n.version ");
    const char* target = strstr(text, "\n.target sm_");
    if (strncmp(text, ".version ", 9) == 0) {
        version = text - 1;
    }
    if (version == nullptr || target == nullptr || sscanf(version + 1, ".version %d.%d", &major, &minor) != 2 ||
        sscanf(target + 1, ".target sm_%d", &image.target) != 1) {
        return false;
    }
    image.version = 10 * major + minor;
    for (const char* at = strstr(text, ".entry "); at != nullptr; at = strstr(at, ".entry ")) {
        at = readEntry(at, image);
        if (at == nullptr) {
            return false;
        }
    }
    return true;
}

} // namespace emulated
