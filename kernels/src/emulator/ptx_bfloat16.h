// bfloat16 as the PTX ISA rounds it: to nearest even, NaN to the canonical 0x7fff.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace emulated::ptx {

inline float widen(uint16_t bits) {
    uint32_t word = static_cast<uint32_t>(bits) << 16;
    float value;
    memcpy(&value, &word, 4);
    return value;
}

inline uint16_t roundToBfloat16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fff : rounded);
}

/**
 * a * b + c, rounded once. The product is exact in f32's range of double; the sum is rounded to odd there and again in
 * f32, which leaves enough bits for the last rounding to be that of the exact sum (Boldo and Melquiond, 2008).
 */
inline uint16_t fusedBfloat16(uint16_t a, uint16_t b, uint16_t c) {
    double product = static_cast<double>(widen(a)) * static_cast<double>(widen(b));
    double addend = static_cast<double>(widen(c));
    double sum = product + addend;
    double part = sum - product;
    double error = (product - (sum - part)) + (addend - part); // of the sum, exact (Knuth's TwoSum)
    if (!(std::fabs(sum) < HUGE_VAL)) {
        return roundToBfloat16(static_cast<float>(sum));
    }
    uint64_t bits;
    memcpy(&bits, &sum, 8);
    if (error != 0 && (bits & 1) == 0) {
        bits += (error > 0) == (sum > 0) ? 1 : static_cast<uint64_t>(-1);
        memcpy(&sum, &bits, 8);
    }
    float narrow = static_cast<float>(sum); // to odd, too
    uint32_t word;
    memcpy(&word, &narrow, 4);
    if (static_cast<double>(narrow) != sum && std::fabs(narrow) < HUGE_VALF && (word & 1) == 0) {
        word += (static_cast<double>(narrow) < sum) == (sum > 0) ? 1 : static_cast<uint32_t>(-1);
        memcpy(&narrow, &word, 4);
    }
    return roundToBfloat16(narrow);
}

} // namespace emulated::ptx
