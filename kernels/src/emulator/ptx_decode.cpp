// From statements to instructions: registers get places, constants get lanes, labels become numbers, and every opcode
// must be one that the engine knows.
#include "ptx_forms.h"

#include <cstdlib>

namespace emulated::ptx {

namespace {

constexpr uint32_t GAP = 128; // between shared variables; whoever comes here has missed one

const Forms& forms() {
    static const Forms* all = [] {
        Forms* made = new Forms();
        addIntegerForms(*made);
        addFloatForms(*made);
        addMoveForms(*made);
        addMemoryForms(*made);
        addWarpForms(*made);
        return made;
    }();
    return *all;
}

uint32_t roundUp(uint32_t value, uint32_t to) { return (value + to - 1) / to * to; }

class Decoder {
public:
    Decoder(const ModuleText& module, const FunctionText& text, Function& function)
        : module(module), text(text), function(function) {}

    void decode() {
        function.name = text.name;
        placeParameters();
        placeShared();
        for (bool predicates : {true, false}) {
            for (const auto& declared : text.registers) {
                if ((declared.second == 1) == predicates) {
                    placeRegister(declared.first, declared.second);
                }
            }
            function.predicateBytes = predicates ? function.registerBytes : function.predicateBytes;
        }
        for (const Statement& statement : text.statements) {
            function.code.push_back(instruction(statement));
        }
        if (function.code.empty() || function.code.back().guarded || function.code.back().course == Course::NEXT ||
            function.code.back().course == Course::BARRIER) {
            throw Invalid(text.statements.empty() ? 0 : text.statements.back().line, text.name + " has no end");
        }
        findMeetings(function);
    }

private:
    const ModuleText& module;
    const FunctionText& text;
    Function& function;
    std::map<std::string, Operand> registers;
    std::map<std::string, uint32_t> symbols; // addresses in shared memory
    std::map<std::string, int> parameters;

    void placeParameters() {
        for (const Variable& parameter : text.parameters) {
            int at = static_cast<int>(
                roundUp(static_cast<uint32_t>(function.parameterBytes), static_cast<uint32_t>(parameter.alignment)));
            parameters[parameter.name] = at;
            function.parameters.emplace_back(at, parameter.bytes);
            function.parameterBytes = at + parameter.bytes;
        }
    }

    /** The kernel's own variables in their order, then the memory of the launch, which all .extern names share. */
    void placeShared() {
        uint32_t end = 0;
        for (const Variable& variable : text.shared) {
            uint32_t at = roundUp(end, std::max<uint32_t>(GAP, static_cast<uint32_t>(variable.alignment)));
            symbols[variable.name] = at;
            function.shared.push_back({at, static_cast<uint32_t>(variable.bytes)});
            end = at + static_cast<uint32_t>(variable.bytes) + GAP;
        }
        function.dynamicAt = text.shared.empty() ? 0 : roundUp(end, GAP);
        for (const Variable& variable : module.shared) {
            if (!variable.atEnd) {
                throw Invalid(0, "shared variable " + variable.name + " belongs to no kernel");
            }
            symbols[variable.name] = function.dynamicAt;
        }
    }

    void placeRegister(const std::string& name, int bytes) {
        Operand place;
        place.at = roundUp(function.registerBytes, LANES);
        place.index = function.registers++;
        place.bytes = bytes;
        function.registerBytes = place.at + static_cast<uint32_t>(LANES * bytes);
        function.registerNames.push_back(name);
        registers[name] = place;
    }

    Instruction instruction(const Statement& s) {
        Instruction result;
        result.line = s.line;
        function.opcodes.push_back(s.opcode);
        result.opcode = function.opcodes.back().c_str();
        if (!s.guard.empty()) {
            result.guarded = true;
            result.guardNegated = s.guardNegated;
            result.guard = registerOf(s, s.guard);
            if (result.guard.bytes != 1) {
                throw Invalid(s.line, s.guard + " is no predicate");
            }
        }
        if (s.opcode == "bra" || s.opcode == "bra.uni") {
            branch(s, result);
        } else if (s.opcode == "ret" || s.opcode == "exit") {
            result.course = Course::EXIT;
        } else if (s.opcode == "bar.sync") {
            barrier(s, result);
        } else {
            compute(s, result);
        }
        return result;
    }

    void branch(const Statement& s, Instruction& result) const {
        auto label = s.operands.size() == 1 ? text.labels.find(s.operands[0]) : text.labels.end();
        if (label == text.labels.end() || label->second == static_cast<int>(text.statements.size())) {
            throw Invalid(s.line, "a branch needs a label of this kernel");
        }
        result.course = Course::BRANCH;
        result.target = label->second;
    }

    static void barrier(const Statement& s, Instruction& result) {
        if (s.operands != std::vector<std::string>{"0"}) {
            throw Invalid(s.line, "unknown barrier: only bar.sync 0, for all threads, is known");
        }
        result.course = Course::BARRIER;
    }

    void compute(const Statement& s, Instruction& result) {
        std::vector<int> widths;
        for (const std::string& operand : s.operands) {
            widths.push_back(widthOf(s, base(operand)));
        }
        const Form* form = forms().find(s.opcode, widths);
        if (form == nullptr) {
            throw Invalid(s.line, (forms().knows(s.opcode) ? "operands of these widths are unknown to "
                                                           : "unknown instruction ") +
                                      s.opcode);
        }
        std::vector<Operand> operands;
        for (size_t k = 0; k < s.operands.size(); k++) {
            operands.push_back(operandOf(s, s.operands[k], form->widths[k]));
        }
        function.operands.push_back(std::move(operands));
        result.operands = function.operands.back().data();
        bool writesRegister = s.opcode.rfind("st.", 0) != 0 && s.opcode.rfind("cp.", 0) != 0 &&
                              s.opcode.rfind("bar.", 0) != 0 && !s.operands.empty();
        if (writesRegister && result.operands[0].constant != nullptr) {
            throw Invalid(s.line, s.opcode + " must write a register");
        }
        result.run = form->run;
        if (s.opcode.find(".shared.") != std::string::npos) {
            narrowGranule(s.opcode);
        }
    }

    void narrowGranule(const std::string& opcode) {
        std::string type = opcode.substr(opcode.rfind('.') + 1);
        if (opcode.rfind("ld.", 0) == 0 || opcode.rfind("st.", 0) == 0) {
            function.granule = std::min(function.granule, std::max(1, std::atoi(type.c_str() + 1) / 8));
        }
    }

    /** What stands in brackets, without an offset; anything else as it is. */
    static std::string base(const std::string& operand) {
        return operand[0] == '[' ? operand.substr(1, operand.find_first_of("+]") - 1) : operand;
    }

    Operand registerOf(const Statement& s, const std::string& name) {
        auto found = registers.find(name);
        if (found != registers.end()) {
            return found->second;
        }
        for (const char* special : {"%tid.", "%ntid.", "%ctaid.", "%nctaid."}) {
            if (name.rfind(special, 0) == 0 && name.find_last_of("xyz") == name.size() - 1) {
                placeRegister(name, 4);
                function.specials.push_back({name, registers[name].at, registers[name].index});
                return registers[name];
            }
        }
        throw Invalid(s.line, "unknown register " + name);
    }

    int widthOf(const Statement& s, const std::string& operand) {
        return operand[0] == '%' ? registerOf(s, operand).bytes : 0;
    }

    Operand operandOf(const Statement& s, const std::string& operand, int width) {
        std::string name = base(operand);
        Operand result = name[0] == '%' ? registerOf(s, name) : constant(s, name, width);
        size_t plus = operand[0] == '[' ? operand.find('+') : std::string::npos;
        if (plus != std::string::npos) {
            result.offset = std::stoll(operand.substr(plus + 1));
        }
        return result;
    }

    Operand constant(const Statement& s, const std::string& name, int width) {
        uint64_t value = valueOf(s, name);
        std::vector<uint64_t>& lanes = function.constants[std::to_string(value) + ":" + std::to_string(width)];
        if (lanes.empty()) {
            lanes.resize(LANES);
            for (int lane = 0; lane < LANES; lane++) {
                memcpy(reinterpret_cast<char*>(lanes.data()) + lane * width, &value, static_cast<size_t>(width));
            }
        }
        Operand result;
        result.constant = reinterpret_cast<const char*>(lanes.data());
        result.bytes = width;
        return result;
    }

    uint64_t valueOf(const Statement& s, const std::string& name) const {
        auto symbol = symbols.find(name);
        if (symbol != symbols.end()) {
            return symbol->second;
        }
        auto parameter = parameters.find(name);
        if (parameter != parameters.end()) {
            return static_cast<uint64_t>(parameter->second);
        }
        bool bits = name[0] == '0' && name.size() > 2 && strchr("fFdD", name[1]) != nullptr;
        char* end = nullptr;
        uint64_t value =
            bits ? strtoull(name.c_str() + 2, &end, 16) : static_cast<uint64_t>(strtoll(name.c_str(), &end, 0));
        if (*end != 0) {
            throw Invalid(s.line, "unknown operand " + name);
        }
        return value;
    }
};

} // namespace

const Form* Forms::find(const std::string& opcode, const std::vector<int>& widths) const {
    auto found = known.find(opcode);
    if (found == known.end()) {
        return nullptr;
    }
    for (const Form& form : found->second) {
        bool fits = form.widths.size() == widths.size();
        for (size_t i = 0; fits && i < widths.size(); i++) {
            fits = widths[i] == 0 || widths[i] == form.widths[i];
        }
        if (fits) {
            return &form;
        }
    }
    return nullptr;
}

std::shared_ptr<const Module> decode(const char* text) { return decode(parse(text)); }

std::shared_ptr<const Module> decode(const ModuleText& parsed) {
    auto module = std::make_shared<Module>();
    for (const FunctionText& function : parsed.functions) {
        Decoder(parsed, function, module->functions[function.name]).decode();
    }
    return module;
}

} // namespace emulated::ptx
