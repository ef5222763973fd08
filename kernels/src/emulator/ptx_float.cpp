// Arithmetic of floats: PTX ISA 9.7.3 (f32, f64), 9.7.4 (bf16), comparisons 9.7.5. Compiled with -ffp-contract=off:
// what a GPU rounds once is a fused function here, everything else rounds by itself.
//
// The manual leaves the last bits of .approx open. Here they are those of the other engine's C++ bodies, which are the
// C library's: ex2.approx is exp2f, rsqrt.approx is 1 / sqrtf.
#include "ptx_bfloat16.h"
#include "ptx_forms.h"

#include <cmath>

namespace emulated::ptx {

namespace {

// clang-format off
template <class T> T sum(T a, T b) { return a + b; }
template <class T> T difference(T a, T b) { return a - b; }
template <class T> T product(T a, T b) { return a * b; }
template <class T> T quotient(T a, T b) { return a / b; }
template <class T> T reciprocal(T a) { return 1 / a; }
float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
double fusedDouble(double a, double b, double c) { return __builtin_fma(a, b, c); }
float rootFloat(float a) { return __builtin_sqrtf(a); }
double rootDouble(double a) { return __builtin_sqrt(a); }
uint32_t negative(uint32_t a) { return a ^ 0x80000000u; }
uint64_t negativeDouble(uint64_t a) { return a ^ 0x8000000000000000u; }
uint32_t magnitude(uint32_t a) { return a & 0x7fffffffu; }
uint64_t magnitudeDouble(uint64_t a) { return a & 0x7fffffffffffffffu; }

// Unordered comparisons are true where an operand is NaN.
template <class T> bool equalOrNan(T a, T b) { return !(a < b || a > b); }
template <class T> bool unequalOrNan(T a, T b) { return a != b; }
template <class T> bool lessOrNan(T a, T b) { return !(a >= b); }
template <class T> bool lessOrEqualOrNan(T a, T b) { return !(a > b); }
template <class T> bool greaterOrNan(T a, T b) { return !(a <= b); }
template <class T> bool greaterOrEqualOrNan(T a, T b) { return !(a < b); }
template <class T> bool isNumber(T a, T b) { return a == a && b == b; }
template <class T> bool isNan(T a, T b) { return a != a || b != b; }
// clang-format on

/** min and max: a NaN gives way to a number, and -0 is less than +0. */
float smaller(float a, float b) { return a != a ? b : b != b ? a : a == b ? (std::signbit(a) ? a : b) : a < b ? a : b; }

float larger(float a, float b) { return a != a ? b : b != b ? a : a == b ? (std::signbit(a) ? b : a) : a > b ? a : b; }

/** ex2.approx with .ftz: subnormal results are +0. */
float powerOfTwo(float a) {
    float power = exp2f(a);
    return power < 0x1p-126f ? 0.f : power;
}

float reciprocalRoot(float a) { return 1 / __builtin_sqrtf(a); }

double highWord(double a) {
    uint64_t bits;
    memcpy(&bits, &a, 8);
    bits &= 0xffffffff00000000u;
    memcpy(&a, &bits, 8);
    return a;
}

/** rcp.approx.ftz.f64: a gross reciprocal, of the high words; subnormals are zeros of their sign. */
double roughReciprocal(double a) {
    double high = highWord(a);
    double result = highWord(1 / (std::fabs(high) < 0x1p-1022 ? std::copysign(0., high) : high));
    return std::fabs(result) < 0x1p-1022 ? std::copysign(0., result) : result;
}

/** fma.rn.bf16x2: two bfloat16 in a word, each rounded once. */
uint32_t fusedPairs(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t low = fusedBfloat16(static_cast<uint16_t>(a), static_cast<uint16_t>(b), static_cast<uint16_t>(c));
    uint32_t high =
        fusedBfloat16(static_cast<uint16_t>(a >> 16), static_cast<uint16_t>(b >> 16), static_cast<uint16_t>(c >> 16));
    return high << 16 | low;
}

template <class T>
void addArithmetic(Forms& forms, const std::string& type) {
    forms.add<sum<T>>("add.rn" + type, FLOAT);
    forms.add<difference<T>>("sub.rn" + type, FLOAT);
    forms.add<product<T>>("mul.rn" + type, FLOAT);
    forms.add<quotient<T>>("div.rn" + type, FLOAT);
    forms.add<reciprocal<T>>("rcp.rn" + type, FLOAT);
}

template <class T>
void addComparisons(Forms& forms, const std::string& type) {
    addOrderedComparisons<T>(forms, type);
    forms.add<equalOrNan<T>>("setp.equ" + type, COMPARISON);
    forms.add<unequalOrNan<T>>("setp.neu" + type, COMPARISON);
    forms.add<lessOrNan<T>>("setp.ltu" + type, COMPARISON);
    forms.add<lessOrEqualOrNan<T>>("setp.leu" + type, COMPARISON);
    forms.add<greaterOrNan<T>>("setp.gtu" + type, COMPARISON);
    forms.add<greaterOrEqualOrNan<T>>("setp.geu" + type, COMPARISON);
    forms.add<isNumber<T>>("setp.num" + type, COMPARISON);
    forms.add<isNan<T>>("setp.nan" + type, COMPARISON);
}

} // namespace

void addFloatForms(Forms& forms) {
    addArithmetic<float>(forms, ".f32");
    addArithmetic<double>(forms, ".f64");
    forms.add<fused>("fma.rn.f32", FLOAT);
    forms.add<fusedDouble>("fma.rn.f64", FLOAT);
    forms.add<rootFloat>("sqrt.rn.f32", FLOAT);
    forms.add<rootDouble>("sqrt.rn.f64", FLOAT);
    forms.add<magnitude>("abs.f32", FLOAT);
    forms.add<magnitudeDouble>("abs.f64", FLOAT);
    forms.add<negative>("neg.f32", FLOAT);
    forms.add<negativeDouble>("neg.f64", FLOAT);
    forms.add<smaller>("min.f32", FLOAT);
    forms.add<larger>("max.f32", FLOAT);
    forms.add<powerOfTwo>("ex2.approx.ftz.f32", FLOAT);
    forms.add<reciprocalRoot>("rsqrt.approx.f32", FLOAT);
    forms.add<roughReciprocal>("rcp.approx.ftz.f64", FLOAT);
    forms.add<fusedPairs>("fma.rn.bf16x2", HALF);
    addComparisons<float>(forms, ".f32");
    addComparisons<double>(forms, ".f64");
}

} // namespace emulated::ptx
