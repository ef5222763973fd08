/*
 * Which levels this processor and this system can run. Compiled for the base level, as everything that runs before a
 * level is chosen.
 *
 * A level needs all its instruction sets, and the system must save the registers that they use (XCR0). VNNI has two
 * encodings: the VEX one is a feature of its own (AVX-VNNI), the EVEX one belongs to AVX-512.
 */
#include "kernels.h"

#if defined(__x86_64__)

#include <cpuid.h>

static uint64_t saved_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static int has(uint32_t word, uint32_t bits) { return (word & bits) == bits; }

int supported_levels(void) {
    uint32_t eax, ebx, ecx, edx;
    const uint32_t fma_osxsave_avx = 1u << 12 | 1u << 27 | 1u << 28;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !has(ecx, fma_osxsave_avx)) {
        return 0;
    }
    uint64_t saved = saved_registers();
    if ((saved & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) {
        return 0;
    }
    const uint32_t avx2 = 1u << 5;
    if (!has(ebx, avx2)) {
        return 0;
    }
    int levels = 1 << LEVEL_PLAIN | 1 << LEVEL_AVX2;
    const uint32_t avx512_f_dq_cd_bw_vl = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;
    const uint32_t avx512_vnni = 1u << 11;
    if ((saved & 0xe6) == 0xe6 && has(ebx, avx512_f_dq_cd_bw_vl) && has(ecx, avx512_vnni)) {
        levels |= 1 << LEVEL_AVX512_VNNI;
    }
    const uint32_t avx_vnni = 1u << 4;
    if (eax >= 1 && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && has(eax, avx_vnni)) {
        levels |= 1 << LEVEL_AVX_VNNI;
    }
    return levels;
}

const struct Kernels* kernels_of(int level) {
    switch (level) {
    case LEVEL_PLAIN:
        return &kernels_plain;
    case LEVEL_AVX2:
        return &kernels_avx2;
    case LEVEL_AVX_VNNI:
        return &kernels_avx_vnni;
    case LEVEL_AVX512_VNNI:
        return &kernels_avx512_vnni;
    default:
        return NULL;
    }
}

#elif defined(__aarch64__)

/* Provided by the C library of the process; the bits are older than its headers may be. */
unsigned long getauxval(unsigned long type);

int supported_levels(void) {
    const unsigned long at_hwcap = 16, at_hwcap2 = 26;
    const unsigned long asimddp = 1ul << 20, i8mm = 1ul << 13;
    int levels = 1 << LEVEL_PLAIN_ARM;
    if (getauxval(at_hwcap) & asimddp) {
        levels |= 1 << LEVEL_DOTPROD;
        if (getauxval(at_hwcap2) & i8mm) {
            levels |= 1 << LEVEL_I8MM;
        }
    }
    return levels;
}

const struct Kernels* kernels_of(int level) {
    switch (level) {
    case LEVEL_PLAIN_ARM:
        return &kernels_plain;
    case LEVEL_DOTPROD:
        return &kernels_dotprod;
    case LEVEL_I8MM:
        return &kernels_i8mm;
    default:
        return NULL;
    }
}

#else
#error "no levels for this processor"
#endif
