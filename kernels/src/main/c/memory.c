/*
 * Memory from the system, and the two functions of the C library that a compiler may call by itself. With these the
 * Linux library needs no other: mmap, munmap, madvise, nice and getauxval come from the C library that the
 * process has already.
 */
#include "kernels.h"

#if defined(_WIN32)

__declspec(dllimport) void* __stdcall VirtualAlloc(void* address, size_t bytes, unsigned type, unsigned protection);
__declspec(dllimport) int __stdcall VirtualFree(void* address, size_t bytes, unsigned type);

void* reserve_memory(int64_t bytes) {
    const unsigned commit_reserve = 0x3000, readwrite = 4;
    return VirtualAlloc(NULL, (size_t)bytes, commit_reserve, readwrite);
}

void release_memory(void* memory, int64_t bytes) {
    const unsigned release = 0x8000;
    (void)bytes;
    VirtualFree(memory, 0, release);
}

void prefer_large_pages(void* memory, int64_t bytes) {
    (void)memory;
    (void)bytes;
}

/* Java's own priorities do this on Windows. */
void lower_priority(void) {}

int __stdcall DllMainCRTStartup(void* module, unsigned reason, void* reserved) {
    (void)module;
    (void)reason;
    (void)reserved;
    return 1;
}

#else

void* mmap(void* address, size_t bytes, int protection, int flags, int file, long offset);
int munmap(void* address, size_t bytes);
int madvise(void* address, size_t bytes, int advice);
int nice(int increment);

/* Memory that may hold a large page begins at one; what is mapped around it is given back. */
void* reserve_memory(int64_t bytes) {
    const int read_write = 3, private_anonymous = 0x22;
    const size_t large = (size_t)1 << 21, page = (size_t)1 << 16;
    size_t size = ((size_t)bytes + page - 1) / page * page, slack = size >= large ? large : 0;
    char* mapped = mmap(NULL, size + slack, read_write, private_anonymous, -1, 0);
    if (mapped == (char*)-1) {
        return NULL;
    }
    if (slack == 0) {
        return mapped;
    }
    size_t before = (large - (uintptr_t)mapped % large) % large;
    if (before > 0) {
        munmap(mapped, before);
    }
    munmap(mapped + before + size, slack - before);
    return mapped + before;
}

/* Of the calling thread alone: threads of Linux have a nice value each. Ten more is a tenth of the weight. */
void lower_priority(void) {
    nice(10);
}

void release_memory(void* memory, int64_t bytes) {
    const size_t page = (size_t)1 << 16;
    munmap(memory, ((size_t)bytes + page - 1) / page * page);
}

void prefer_large_pages(void* memory, int64_t bytes) {
    const int hugepage = 14;
    madvise(memory, (size_t)bytes, hugepage);
}

#endif

void copy_memory(void* to, const void* from, int64_t bytes) {
    uint32_t* target = to;
    const uint32_t* source = from;
    for (int64_t i = 0; i < bytes / 4; i++) {
        target[i] = source[i];
    }
}

#if !defined(TIDAR_WITH_LIBC)

void* memcpy(void* restrict to, const void* restrict from, size_t bytes) {
    unsigned char* target = to;
    const unsigned char* source = from;
    for (size_t i = 0; i < bytes; i++) {
        target[i] = source[i];
    }
    return to;
}

void* memset(void* to, int value, size_t bytes) {
    unsigned char* target = to;
    for (size_t i = 0; i < bytes; i++) {
        target[i] = (unsigned char)value;
    }
    return to;
}

#endif
