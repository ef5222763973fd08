// PTX that has been read: kernels as arrays of instructions, each of which works on the 32 lanes of a warp at once.
#pragma once

#include "ptx_text.h"

#include <cstdint>
#include <deque>
#include <memory>

namespace emulated::ptx {

constexpr int LANES = 32;
constexpr uint32_t ALL = ~0u;

struct Warp;
struct Instruction;

/** What an instruction does in the lanes of Warp::lanes. */
using Run = void (*)(Warp&, const Instruction&);

/** A value in each lane: of a register, or a constant. */
struct Operand {
    const char* constant = nullptr; // 32 values
    uint32_t at = 0;                // of the register in the warp's file, bytes
    uint32_t index = 0;             // of the register
    int bytes = 0;                  // a lane
    int64_t offset = 0;             // behind an address
};

/** What an instruction does to the course of its warp. */
enum class Course : uint8_t { NEXT, BRANCH, EXIT, BARRIER };

struct Instruction {
    Run run = nullptr; // NEXT only
    Course course = Course::NEXT;
    bool guarded = false;
    bool guardNegated = false;
    int line = 0;
    int target = 0;  // of a branch
    int meeting = 0; // where lanes that a branch has parted run together again: its immediate post-dominator
    Operand guard;
    const Operand* operands = nullptr;
    const char* opcode = "";
};

/** A special register of PTX ISA chapter 10 that a kernel reads. */
struct Special {
    std::string name;
    uint32_t at;
    uint32_t index;
};

/** A shared variable at its place in the window. */
struct SharedVariable {
    uint32_t at;
    uint32_t bytes;
};

/** A kernel. */
struct Function {
    std::string name;
    int parameterBytes = 0;
    std::vector<std::pair<int, int>> parameters; // offset and bytes
    uint32_t registerBytes = 0;                  // a warp
    uint32_t predicateBytes = 0;                 // of these; predicates come first
    uint32_t registers = 0;
    std::vector<std::string> registerNames;
    std::vector<Special> specials;
    std::vector<SharedVariable> shared;
    uint32_t dynamicAt = 0; // where the launch's shared memory begins
    int granule = 4;        // bytes of the narrowest access to shared memory
    std::vector<Instruction> code;
    std::deque<std::vector<Operand>> operands;
    std::deque<std::string> opcodes;
    std::map<std::string, std::vector<uint64_t>> constants; // by value and width
};

struct Module {
    std::map<std::string, Function> functions;
};

/** Reads and checks a whole module; throws Invalid, which names a line and what is wrong with it. */
std::shared_ptr<const Module> decode(const char* text);

/** The same for text that has been read already, and may have been changed. */
std::shared_ptr<const Module> decode(const ModuleText& text);

/** Sets Instruction::meeting of every branch. */
void findMeetings(Function& function);

} // namespace emulated::ptx
