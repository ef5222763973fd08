/*
 * Memory from the system, and the two functions of the C library that a compiler may call by itself. With these the
 * Linux library needs no other: mmap, munmap and getauxval come from the C library that the process has already.
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

int __stdcall DllMainCRTStartup(void* module, unsigned reason, void* reserved) {
    (void)module;
    (void)reason;
    (void)reserved;
    return 1;
}

#else

void* mmap(void* address, size_t bytes, int protection, int flags, int file, long offset);
int munmap(void* address, size_t bytes);

void* reserve_memory(int64_t bytes) {
    const int read_write = 3, private_anonymous = 0x22;
    void* memory = mmap(NULL, (size_t)bytes, read_write, private_anonymous, -1, 0);
    return memory == (void*)-1 ? NULL : memory;
}

void release_memory(void* memory, int64_t bytes) { munmap(memory, (size_t)bytes); }

#endif

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
