// Seeded faults in PTX: what a wrong line of a kernel would look like to the compiler of a driver.
#pragma once

#include "ptx_program.h"

#include <optional>

namespace mutation {

using emulated::ptx::FunctionText;
using emulated::ptx::ModuleText;
using emulated::ptx::Statement;

enum class Kind { OPERANDS, FRAGMENT, WAIT, BARRIER, BOUND, WIDTH, GUARD, OFFSET };

constexpr int KINDS = 8;

const char* nameOf(Kind kind);

/** A statement that is another one, or none. */
struct Fault {
    Kind kind;
    int statement;
    std::optional<Statement> instead; // empty: it is missing
    std::string what;
};

/** All faults of a kernel that this knows. */
std::vector<Fault> faultsOf(const FunctionText& function);

/** So many of them, of each kind in turn, chosen by the seed. */
std::vector<Fault> choose(const std::vector<Fault>& all, int count, uint64_t seed);

/** The module with this kernel alone, and the fault in it. */
ModuleText withFault(const ModuleText& module, const FunctionText& function, const Fault& fault);

/** The same with a trap in place of the statement: tells whether a test comes there at all. */
ModuleText withTrap(const ModuleText& module, const FunctionText& function, int statement);

} // namespace mutation
