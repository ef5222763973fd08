// PTX text as statements: what stands in it, not yet what it means. PTX ISA 8.0, chapters 4 (syntax), 5.2 and 5.4
// (state spaces, variables) and 11 (directives), as far as the kernels' compiler writes them.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace emulated::ptx {

/** The text is not PTX that this engine knows. */
class Invalid : public std::runtime_error {
public:
    Invalid(int line, const std::string& what) : std::runtime_error("PTX line " + std::to_string(line) + ": " + what) {}
};

/** An instruction; its operands in order, those in braces one by one. */
struct Statement {
    int line = 0;
    std::string guard; // register; empty: none
    bool guardNegated = false;
    std::string opcode; // with all modifiers
    std::vector<std::string> operands;
};

/** A variable in shared memory, or a parameter. */
struct Variable {
    std::string name;
    int bytes;
    int alignment;
    bool atEnd; // the memory that a launch adds
};

/** A kernel. */
struct FunctionText {
    std::string name;
    std::vector<Variable> parameters;
    std::vector<Variable> shared;
    std::map<std::string, int> registers; // bytes a thread; 1 is a predicate
    std::vector<Statement> statements;
    std::map<std::string, int> labels; // index of the statement that follows
};

/** A module. */
struct ModuleText {
    std::vector<Variable> shared; // of all kernels
    std::vector<FunctionText> functions;
};

/** Throws Invalid. */
ModuleText parse(const char* text);

} // namespace emulated::ptx
