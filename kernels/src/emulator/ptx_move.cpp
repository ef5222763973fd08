// Moves, selections and conversions: PTX ISA 9.7.5 (selp) and 9.7.8 (mov, cvt, cvta).
#include "ptx_bfloat16.h"
#include "ptx_forms.h"

#include <cmath>
#include <limits>

namespace emulated::ptx {

namespace {

/** A move copies also that nothing was written: compilers move what only some paths have set. */
template <class T>
void move(Warp& warp, const Instruction& i) {
    const Operand& from = i.operands[1];
    const Operand& to = i.operands[0];
    uint32_t known = from.constant != nullptr ? ALL : warp.written[from.index];
    uint32_t others = warp.written[to.index] & ~warp.lanes;
    const char* values = from.constant != nullptr ? from.constant : warp.registers + from.at;
    write(warp, to, reinterpret_cast<const T*>(values));
    warp.written[to.index] = others | (known & warp.lanes);
}

// clang-format off
template <class T> T select(T a, T b, bool first) { return first ? a : b; }
uint32_t joinHalves(uint16_t low, uint16_t high) { return static_cast<uint32_t>(high) << 16 | low; }
uint64_t joinWords(uint32_t low, uint32_t high) { return static_cast<uint64_t>(high) << 32 | low; }
template <class T> T same(T a) { return a; }

/** Between integers: the low bits of Narrow, extended as Narrow and D have signs. */
template <class D, class Narrow, class S> D convert(S a) { return static_cast<D>(static_cast<Narrow>(a)); }
/** To floats, and from f64 to f32 and back: to nearest even. */
template <class D, class S> D nearest(S a) { return static_cast<D>(a); }
double roundUp(double a) { return std::ceil(a); }
float roundToInteger(float a) { return __builtin_rintf(a); }
uint32_t pairOfBfloat16(float high, float low) { return joinHalves(roundToBfloat16(low), roundToBfloat16(high)); }
// clang-format on

/** Towards zero, clamped to the type; NaN is 0 from f32 to 32 bits, else only the highest bit. */
template <class D, class S>
D truncate(S a) {
    using Limits = std::numeric_limits<D>;
    if (a != a) {
        return sizeof(D) == 4 && sizeof(S) == 4 ? D(0) : static_cast<D>(uint64_t(1) << (8 * sizeof(D) - 1));
    }
    S whole = std::trunc(a);
    if (whole <= static_cast<S>(Limits::min())) {
        return Limits::min();
    }
    return whole >= static_cast<S>(Limits::max()) ? Limits::max() : static_cast<D>(whole);
}

/** mov.b64 {a, b}, c and mov.b32 {a, b}, c; where a part is not wanted, its register is never read. */
template <class Whole, class Part>
void split(Warp& warp, const Instruction& i) {
    const Whole* whole = read<Whole>(warp, i, i.operands[2]);
    Part low[LANES];
    Part high[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        low[lane] = static_cast<Part>(whole[lane]);
        high[lane] = static_cast<Part>(whole[lane] >> 8 * sizeof(Part));
    }
    write(warp, i.operands[0], low);
    write(warp, i.operands[1], high);
}

template <class T>
void addMoves(Forms& forms, std::initializer_list<const char*> types) {
    constexpr int BYTES = sizeof(T);
    for (const char* type : types) {
        forms.add(std::string("mov") + type, MOVEMENT, {BYTES, BYTES}, move<T>);
        forms.add<select<T>>(std::string("selp") + type, COMPARISON);
    }
}

template <class D, class Narrow, class S>
void addConversion(Forms& forms, const char* opcode) {
    forms.add<convert<D, Narrow, S>>(opcode, MOVEMENT);
}

void addIntegerConversions(Forms& forms) {
    addConversion<int64_t, int32_t, uint32_t>(forms, "cvt.s64.s32");
    addConversion<uint64_t, uint32_t, uint32_t>(forms, "cvt.u64.u32");
    addConversion<uint32_t, uint32_t, uint64_t>(forms, "cvt.u32.u64");
    addConversion<uint16_t, uint16_t, uint32_t>(forms, "cvt.u16.u32");
    addConversion<uint32_t, uint16_t, uint16_t>(forms, "cvt.u32.u16");
    addConversion<int32_t, int16_t, uint16_t>(forms, "cvt.s32.s16");
    addConversion<int16_t, int8_t, uint16_t>(forms, "cvt.s16.s8");
    addConversion<int32_t, int8_t, uint32_t>(forms, "cvt.s32.s8");
    addConversion<uint16_t, uint8_t, uint16_t>(forms, "cvt.u16.u8");
}

} // namespace

void addMoveForms(Forms& forms) {
    addMoves<uint16_t>(forms, {".b16", ".u16", ".s16"});
    addMoves<uint32_t>(forms, {".b32", ".u32", ".s32", ".f32"});
    addMoves<uint64_t>(forms, {".b64", ".u64", ".s64", ".f64"});
    forms.add("mov.pred", MOVEMENT, {1, 1}, move<bool>);
    forms.add<joinHalves>("mov.b32", MOVEMENT);
    forms.add<joinWords>("mov.b64", MOVEMENT);
    forms.add("mov.b32", MOVEMENT, {2, 2, 4}, split<uint32_t, uint16_t>);
    forms.add("mov.b64", MOVEMENT, {4, 4, 8}, split<uint64_t, uint32_t>);
    forms.add<same<uint64_t>>("cvta.to.global.u64", MOVEMENT); // the two windows are one here

    addIntegerConversions(forms);
    forms.add<nearest<float, int32_t>>("cvt.rn.f32.s32", MOVEMENT);
    forms.add<nearest<float, uint32_t>>("cvt.rn.f32.u32", MOVEMENT);
    forms.add<nearest<float, int16_t>>("cvt.rn.f32.s16", MOVEMENT);
    forms.add<nearest<float, uint16_t>>("cvt.rn.f32.u16", MOVEMENT);
    forms.add<nearest<float, double>>("cvt.rn.f32.f64", MOVEMENT);
    forms.add<nearest<double, uint64_t>>("cvt.rn.f64.u64", MOVEMENT);
    forms.add<nearest<double, int32_t>>("cvt.rn.f64.s32", MOVEMENT);
    forms.add<nearest<double, float>>("cvt.f64.f32", MOVEMENT);
    forms.add<truncate<int32_t, float>>("cvt.rzi.s32.f32", MOVEMENT);
    forms.add<truncate<uint32_t, float>>("cvt.rzi.u32.f32", MOVEMENT);
    forms.add<truncate<uint64_t, float>>("cvt.rzi.u64.f32", MOVEMENT);
    forms.add<truncate<uint64_t, double>>("cvt.rzi.u64.f64", MOVEMENT);
    forms.add<roundToInteger>("cvt.rni.f32.f32", MOVEMENT);
    forms.add<roundUp>("cvt.rpi.f64.f64", MOVEMENT);
    forms.add<roundToBfloat16>("cvt.rn.bf16.f32", MOVEMENT);
    forms.add<pairOfBfloat16>("cvt.rn.bf16x2.f32", MOVEMENT);
}

} // namespace emulated::ptx
