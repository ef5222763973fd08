// The instructions that the engine knows, by opcode with all modifiers and by widths of registers. Each names its section
// of NVIDIA's "PTX ISA" 8.0, in which every instruction has a part of its name. Whatever is not here is an error when a
// module is loaded.
#pragma once

#include "ptx_warp.h"

#include <utility>

namespace emulated::ptx {

constexpr const char* INTEGER = "9.7.1 Integer Arithmetic Instructions";
constexpr const char* FLOAT = "9.7.3 Floating-Point Instructions";
constexpr const char* HALF = "9.7.4 Half Precision Floating-Point Instructions";
constexpr const char* COMPARISON = "9.7.5 Comparison and Selection Instructions";
constexpr const char* LOGIC = "9.7.7 Logic and Shift Instructions";
constexpr const char* MOVEMENT = "9.7.8 Data Movement and Conversion Instructions";
constexpr const char* SYNCHRONISATION = "9.7.12 Parallel Synchronization and Communication Instructions";
constexpr const char* MATRIX = "9.7.13 Warp Level Matrix Multiply-Accumulate Instructions";
constexpr const char* MISCELLANEOUS = "9.7.16 Miscellaneous Instructions";

struct Form {
    const char* section;
    std::vector<int> widths; // of its operands, bytes a lane; 1 is a predicate
    Run run;
};

/** One value from others, lane by lane: what most instructions are. */
template <auto F>
struct Each;

template <class D, class... S, D (*F)(S...)>
struct Each<F> {
    static std::vector<int> widths() { return {static_cast<int>(sizeof(D)), static_cast<int>(sizeof(S))...}; }

    static void run(Warp& warp, const Instruction& i) { runOn(warp, i, std::index_sequence_for<S...>{}); }

private:
    template <size_t... I>
    static void runOn(Warp& warp, const Instruction& i, std::index_sequence<I...>) {
        compute(warp, i, read<S>(warp, i, i.operands[1 + I])...);
    }

    static void compute(Warp& warp, const Instruction& i, const S*... sources) {
        D result[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            result[lane] = F(sources[lane]...);
        }
        write(warp, i.operands[0], result);
    }
};

class Forms {
public:
    /** An instruction that computes F in each lane. */
    template <auto F>
    void add(const std::string& opcode, const char* section) {
        known[opcode].push_back({section, Each<F>::widths(), Each<F>::run});
    }

    void add(const std::string& opcode, const char* section, std::vector<int> widths, Run run) {
        known[opcode].push_back({section, std::move(widths), run});
    }

    /** The form for operands of these widths, 0 where any will do; null if there is none. */
    const Form* find(const std::string& opcode, const std::vector<int>& widths) const;

    bool knows(const std::string& opcode) const { return known.count(opcode) != 0; }

private:
    std::map<std::string, std::vector<Form>> known;
};

// clang-format off
template <class T> bool equal(T a, T b) { return a == b; }
template <class T> bool unequal(T a, T b) { return a < b || a > b; }
template <class T> bool less(T a, T b) { return a < b; }
template <class T> bool lessOrEqual(T a, T b) { return a <= b; }
template <class T> bool greater(T a, T b) { return a > b; }
template <class T> bool greaterOrEqual(T a, T b) { return a >= b; }
// clang-format on

/** setp of numbers: false where an operand is NaN. */
template <class T>
void addOrderedComparisons(Forms& forms, const std::string& type) {
    forms.add<equal<T>>("setp.eq" + type, COMPARISON);
    forms.add<unequal<T>>("setp.ne" + type, COMPARISON);
    forms.add<less<T>>("setp.lt" + type, COMPARISON);
    forms.add<lessOrEqual<T>>("setp.le" + type, COMPARISON);
    forms.add<greater<T>>("setp.gt" + type, COMPARISON);
    forms.add<greaterOrEqual<T>>("setp.ge" + type, COMPARISON);
}

void addIntegerForms(Forms& forms);
void addFloatForms(Forms& forms);
void addMoveForms(Forms& forms);
void addMemoryForms(Forms& forms);
void addWarpForms(Forms& forms);

} // namespace emulated::ptx
