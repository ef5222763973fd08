// What a driver reads of a cubin: an ELF file with a section .nv.info.<kernel> for each entry.
#include "ptx_image.h"

#include <cstring>

#include <elf.h>

namespace emulated {

namespace {

/** Attributes of .nv.info: a byte for the format, one for the kind, and two that are a value, or the size of one. */
constexpr unsigned char SIZED = 4;
constexpr unsigned char MAX_THREADS = 0x05;
constexpr unsigned char KERNEL_PARAMETER = 0x17;

PtxEntry readInfo(const char* info, size_t bytes) {
    PtxEntry entry;
    for (size_t at = 0; at + 4 <= bytes;) {
        unsigned char format = static_cast<unsigned char>(info[at]);
        unsigned char kind = static_cast<unsigned char>(info[at + 1]);
        uint16_t size;
        memcpy(&size, info + at + 2, 2);
        if (format == SIZED && kind == KERNEL_PARAMETER) {
            entry.parameters++;
        } else if (format == SIZED && kind == MAX_THREADS) {
            memcpy(&entry.maxThreads, info + at + 4, sizeof entry.maxThreads); // along x; y and z are 1
        }
        at += 4 + (format == SIZED ? size : 0);
    }
    return entry;
}

} // namespace

bool isElf(const char* image) { return memcmp(image, ELFMAG, SELFMAG) == 0; }

bool readCubin(const char* image, PtxImage& read) {
    constexpr int CUDA_MACHINE = 190;
    constexpr int ABI_OF_CUDA_13 = 8;
    Elf64_Ehdr header;
    memcpy(&header, image, sizeof header);
    if (header.e_machine != CUDA_MACHINE || header.e_ident[EI_ABIVERSION] != ABI_OF_CUDA_13) {
        return false;
    }
    read.isCubin = true;
    read.target = static_cast<int>(header.e_flags >> 8 & 0xff);
    auto section = [&](int index) {
        Elf64_Shdr s;
        memcpy(&s, image + header.e_shoff + static_cast<size_t>(index) * header.e_shentsize, sizeof s);
        return s;
    };
    const char* names = image + section(header.e_shstrndx).sh_offset;
    static const char PREFIX[] = ".nv.info.";
    for (int i = 0; i < header.e_shnum; i++) {
        Elf64_Shdr info = section(i);
        const char* name = names + info.sh_name;
        if (strncmp(name, PREFIX, strlen(PREFIX)) == 0) {
            read.entries[name + strlen(PREFIX)] = readInfo(image + info.sh_offset, info.sh_size);
        }
    }
    return true;
}

} // namespace emulated
