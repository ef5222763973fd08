// Integer arithmetic, logic and shifts: PTX ISA 9.7.1 and 9.7.7; comparison and selection of integers: 9.7.5.
#include "ptx_forms.h"

#include <algorithm>

namespace emulated::ptx {

namespace {

using s16 = int16_t;
using s32 = int32_t;
using s64 = int64_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;

// clang-format off
template <class T> T sum(T a, T b) { return static_cast<T>(a + b); }
template <class T> T difference(T a, T b) { return static_cast<T>(a - b); }
template <class T> T product(T a, T b) { return static_cast<T>(a * b); }
template <class T> T productAndSum(T a, T b, T c) { return static_cast<T>(a * b + c); }
template <class T> T smaller(T a, T b) { return std::min(a, b); }
template <class T> T larger(T a, T b) { return std::max(a, b); }
template <class T> T both(T a, T b) { return static_cast<T>(a & b); }
template <class T> T either(T a, T b) { return static_cast<T>(a | b); }
template <class T> T one(T a, T b) { return static_cast<T>(a ^ b); }
template <class T> T complement(T a) { return static_cast<T>(~a); }
template <class T> T negative(T a) { return static_cast<T>(0 - a); }
bool notPredicate(bool a) { return !a; }
// clang-format on

/** Both halves of the product. */
template <class Wide, class T>
Wide wideProduct(T a, T b) {
    return static_cast<Wide>(a) * static_cast<Wide>(b);
}

template <class Wide, class T>
T highProduct(T a, T b) {
    return static_cast<T>(static_cast<Wide>(a) * static_cast<Wide>(b) >> 8 * sizeof(T));
}

/** By zero: all bits, as NVIDIA's machines answer where the manual leaves the result open. */
template <class T>
T quotient(T a, T b) {
    return b == 0 ? static_cast<T>(-1) : b == static_cast<T>(-1) && T(-1) < T(0) ? negative(a) : static_cast<T>(a / b);
}

template <class T>
T remainderOf(T a, T b) {
    return b == 0 ? a : b == static_cast<T>(-1) && T(-1) < T(0) ? T(0) : static_cast<T>(a % b);
}

/** Amounts are unsigned and clamped to the width. */
template <class T>
T shiftLeft(T a, u32 by) {
    return by >= 8 * sizeof(T) ? T(0) : static_cast<T>(a << by);
}

template <class T>
T shiftRight(T a, u32 by) {
    u32 last = 8 * sizeof(T) - 1;
    return by > last ? static_cast<T>(a >> last >> 1) : static_cast<T>(a >> by);
}

/** bfi: the low `length` bits of a at `position` of b. */
template <class T>
T insertBits(T a, T b, u32 position, u32 length) {
    u32 at = position & 0xff;
    u32 count = length & 0xff;
    u32 width = 8 * sizeof(T);
    if (at >= width || count == 0) {
        return b;
    }
    T ones = count >= width ? static_cast<T>(~T(0)) : static_cast<T>((T(1) << count) - 1);
    return static_cast<T>((b & ~(ones << at)) | ((a & ones) << at));
}

/** prmt in its default mode: four bytes of b:a by nibbles, whose highest bit asks for the sign instead. */
u32 permuteBytes(u32 a, u32 b, u32 selector) {
    u64 bytes = static_cast<u64>(b) << 32 | a;
    u32 result = 0;
    for (int i = 0; i < 4; i++) {
        u32 nibble = selector >> 4 * i & 15;
        u32 byte = static_cast<u32>(bytes >> (nibble & 7) * 8 & 0xff);
        result |= ((nibble & 8) != 0 ? (byte >> 7) * 0xff : byte) << 8 * i;
    }
    return result;
}

template <class Unsigned, class Signed>
void addArithmetic(Forms& forms, const std::string& bits) {
    for (const char* kind : {".s", ".u"}) {
        forms.add<sum<Unsigned>>("add" + (kind + bits), INTEGER);
        forms.add<difference<Unsigned>>("sub" + (kind + bits), INTEGER);
        forms.add<product<Unsigned>>("mul.lo" + (kind + bits), INTEGER);
        forms.add<productAndSum<Unsigned>>("mad.lo" + (kind + bits), INTEGER);
    }
    forms.add<quotient<Signed>>("div.s" + bits, INTEGER);
    forms.add<quotient<Unsigned>>("div.u" + bits, INTEGER);
    forms.add<remainderOf<Signed>>("rem.s" + bits, INTEGER);
    forms.add<remainderOf<Unsigned>>("rem.u" + bits, INTEGER);
    forms.add<negative<Unsigned>>("neg.s" + bits, INTEGER);
    forms.add<smaller<Signed>>("min.s" + bits, INTEGER);
    forms.add<smaller<Unsigned>>("min.u" + bits, INTEGER);
    forms.add<larger<Signed>>("max.s" + bits, INTEGER);
    forms.add<larger<Unsigned>>("max.u" + bits, INTEGER);
}

template <class Unsigned, class Signed>
void addLogic(Forms& forms, const std::string& bits) {
    forms.add<both<Unsigned>>("and.b" + bits, LOGIC);
    forms.add<either<Unsigned>>("or.b" + bits, LOGIC);
    forms.add<one<Unsigned>>("xor.b" + bits, LOGIC);
    forms.add<complement<Unsigned>>("not.b" + bits, LOGIC);
    forms.add<shiftLeft<Unsigned>>("shl.b" + bits, LOGIC);
    forms.add<shiftRight<Signed>>("shr.s" + bits, LOGIC);
    forms.add<shiftRight<Unsigned>>("shr.u" + bits, LOGIC);
    forms.add<shiftRight<Unsigned>>("shr.b" + bits, LOGIC);
}

} // namespace

void addIntegerForms(Forms& forms) {
    addArithmetic<u16, s16>(forms, "16");
    addArithmetic<u32, s32>(forms, "32");
    addArithmetic<u64, s64>(forms, "64");
    forms.add<wideProduct<s64, s32>>("mul.wide.s32", INTEGER);
    forms.add<wideProduct<u64, u32>>("mul.wide.u32", INTEGER);
    forms.add<wideProduct<u32, u16>>("mul.wide.u16", INTEGER);
    forms.add<highProduct<s64, s32>>("mul.hi.s32", INTEGER);
    forms.add<highProduct<u64, u32>>("mul.hi.u32", INTEGER);
    forms.add<highProduct<unsigned __int128, u64>>("mul.hi.u64", INTEGER);

    addLogic<u16, s16>(forms, "16");
    addLogic<u32, s32>(forms, "32");
    addLogic<u64, s64>(forms, "64");
    forms.add<both<bool>>("and.pred", LOGIC);
    forms.add<either<bool>>("or.pred", LOGIC);
    forms.add<one<bool>>("xor.pred", LOGIC);
    forms.add<notPredicate>("not.pred", LOGIC);
    forms.add<insertBits<u32>>("bfi.b32", INTEGER);
    forms.add<insertBits<u64>>("bfi.b64", INTEGER);
    forms.add<permuteBytes>("prmt.b32", MOVEMENT);

    addOrderedComparisons<s16>(forms, ".s16");
    addOrderedComparisons<u16>(forms, ".u16");
    addOrderedComparisons<s32>(forms, ".s32");
    addOrderedComparisons<u32>(forms, ".u32");
    addOrderedComparisons<s64>(forms, ".s64");
    addOrderedComparisons<u64>(forms, ".u64");
    forms.add<equal<u16>>("setp.eq.b16", COMPARISON);
    forms.add<equal<u32>>("setp.eq.b32", COMPARISON);
    forms.add<equal<u64>>("setp.eq.b64", COMPARISON);
}

} // namespace emulated::ptx
