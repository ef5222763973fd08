#include "ptx_text.h"

#include "ptx_characters.h"

#include <algorithm>

namespace emulated::ptx {

namespace {

int bytesOf(const std::string& type, int line) {
    static const std::map<std::string, int> bytes = {{".pred", 1}, {".b8", 1},  {".u8", 1},  {".s8", 1},  {".b16", 2},
                                                     {".u16", 2},  {".s16", 2}, {".b32", 4}, {".u32", 4}, {".s32", 4},
                                                     {".f32", 4},  {".b64", 8}, {".u64", 8}, {".s64", 8}, {".f64", 8}};
    auto found = bytes.find(type);
    if (found == bytes.end()) {
        throw Invalid(line, "unknown type " + type);
    }
    return found->second;
}

class Parser {
public:
    explicit Parser(const char* text) : in(text) {}

    ModuleText parse() {
        while (in.peek() != 0) {
            std::string directive = in.word();
            if (directive == ".version" || directive == ".target" || directive == ".address_size") {
                in.skipLine();
            } else if (directive == ".extern" || directive == ".shared") {
                module.shared.push_back(variable(directive));
            } else if (directive == ".visible") {
                function();
            } else {
                throw Invalid(in.line(), "unknown directive " + directive);
            }
        }
        return std::move(module);
    }

private:
    Characters in;
    ModuleText module;
    FunctionText own;
    std::vector<std::map<std::string, std::string>> scopes; // names of registers in blocks within the function
    int scopesSoFar = 0;

    /** `.extern .shared .align 128 .b8 name[];`, `.shared .align 4 .f32 name;` */
    Variable variable(std::string directive) {
        Variable result{"", 1, 1, directive == ".extern"};
        if (directive == ".extern") {
            directive = in.word();
        }
        if (directive != ".shared") {
            throw Invalid(in.line(), "unknown state space " + directive);
        }
        std::string word = in.word();
        if (word == ".align") {
            result.alignment = std::stoi(in.word());
            word = in.word();
        }
        result.bytes = bytesOf(word, in.line());
        result.alignment = std::max(result.alignment, result.bytes);
        result.name = in.word();
        if (in.take('[')) {
            std::string count = in.until(']');
            result.bytes *= count.empty() ? 0 : std::stoi(count);
        }
        in.expect(';');
        return result;
    }

    /** `.entry name( .param .u64 a, ... ) .maxntid 128, 1, 1 { ... }` */
    void function() {
        if (in.word() != ".entry") {
            throw Invalid(in.line(), "only kernels may be visible");
        }
        own = FunctionText();
        own.name = in.word();
        in.expect('(');
        while (!in.take(')')) {
            if (in.word() != ".param") {
                throw Invalid(in.line(), "a parameter must begin with .param");
            }
            int bytes = bytesOf(in.word(), in.line());
            own.parameters.push_back({in.word(), bytes, bytes, false});
            in.take(',');
        }
        while (!in.take('{')) {
            std::string directive = in.word();
            if (directive != ".maxntid" && directive != ".minnctapersm") {
                throw Invalid(in.line(), "unknown directive " + directive);
            }
            for (bool more = true; more; more = in.take(',')) {
                in.word();
            }
        }
        scopes.assign(1, {});
        while (!scopes.empty()) {
            bodyPart();
        }
        module.functions.push_back(std::move(own));
    }

    void bodyPart() {
        if (in.take('{')) {
            scopes.emplace_back();
            scopesSoFar++;
        } else if (in.take('}')) {
            scopes.pop_back();
        } else if (in.peek() == '.') {
            directive(in.word());
        } else {
            statement();
        }
    }

    void directive(const std::string& word) {
        if (word == ".reg") {
            registers();
        } else if (word == ".shared") {
            own.shared.push_back(variable(word));
        } else if (word == ".pragma") {
            in.until(';'); // advice for a compiler
        } else {
            throw Invalid(in.line(), "unknown directive " + word);
        }
    }

    /** `.reg .b32 %r<85>;` or `.reg .b32 %temp;` */
    void registers() {
        int bytes = bytesOf(in.word(), in.line());
        do {
            std::string name = in.word();
            if (in.take('<')) {
                int count = std::stoi(in.until('>'));
                for (int i = 0; i < count; i++) {
                    declare(name + std::to_string(i), bytes);
                }
            } else {
                declare(name, bytes);
            }
        } while (in.take(','));
        in.expect(';');
    }

    void declare(const std::string& name, int bytes) {
        std::string full = scopes.size() == 1 ? name : name + "#" + std::to_string(scopesSoFar);
        scopes.back()[name] = full;
        own.registers[full] = bytes;
    }

    /** The register's name in the function; anything else as it is. */
    std::string resolve(const std::string& name) const {
        for (auto scope = scopes.rbegin(); scope != scopes.rend() - 1; ++scope) {
            auto found = scope->find(name);
            if (found != scope->end()) {
                return found->second;
            }
        }
        return name;
    }

    void statement() {
        Statement s;
        s.line = in.line();
        if (in.take('@')) {
            s.guardNegated = in.take('!');
            s.guard = resolve(in.word());
        }
        s.opcode = in.word();
        if (s.guard.empty() && in.take(':')) {
            own.labels[s.opcode] = static_cast<int>(own.statements.size());
            return;
        }
        while (!in.take(';')) {
            operand(s);
            in.take(',');
        }
        own.statements.push_back(std::move(s));
    }

    /** Reads what stands in one place: one operand, or several. */
    void operand(Statement& s) {
        if (in.take('{')) {
            while (!in.take('}')) {
                s.operands.push_back(resolve(in.word()));
                in.take(',');
            }
            return;
        }
        if (in.take('[')) {
            std::string address = resolve(in.word());
            if (in.take('+')) {
                address += "+" + in.word();
            }
            in.expect(']');
            s.operands.push_back("[" + address + "]");
            return;
        }
        s.operands.push_back(resolve(in.word()));
        if (in.take('|')) {
            s.operands.push_back(resolve(in.word()));
        }
    }
};

} // namespace

ModuleText parse(const char* text) { return Parser(text).parse(); }

} // namespace emulated::ptx
