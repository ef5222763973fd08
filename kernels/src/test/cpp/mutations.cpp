#include "mutations.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace mutation {

namespace {

bool begins(const std::string& text, const char* with) { return text.rfind(with, 0) == 0; }

std::string replaced(std::string text, const std::string& part, const std::string& by) {
    size_t at = text.find(part);
    return at == std::string::npos ? text : text.replace(at, part.size(), by);
}

std::string textOf(const Statement& s) {
    std::string text = s.opcode;
    for (size_t i = 0; i < s.operands.size(); i++) {
        text += (i == 0 ? " " : ", ") + s.operands[i];
    }
    return text;
}

bool isNumber(const std::string& operand) {
    return isdigit(static_cast<unsigned char>(operand[0])) != 0
               ? operand.size() < 2 || strchr("fFdD", operand[1]) == nullptr
               : operand[0] == '-';
}

class Faults {
public:
    explicit Faults(const FunctionText& function) : function(function) {}

    std::vector<Fault> all() {
        for (size_t i = 0; i < function.statements.size(); i++) {
            at = static_cast<int>(i);
            const Statement& s = function.statements[i];
            if (begins(s.opcode, "ld.param")) {
                continue;
            }
            operands(s);
            fragments(s);
            copies(s);
            bounds(s);
            widths(s);
            offsets(s);
        }
        return std::move(faults);
    }

private:
    const FunctionText& function;
    std::vector<Fault> faults;
    int at = 0;

    void instead(Kind kind, Statement changed) {
        std::string what = textOf(function.statements[at]) + "  ->  " + textOf(changed);
        faults.push_back({kind, at, std::move(changed), what});
    }

    void missing(Kind kind) { faults.push_back({kind, at, {}, "without " + textOf(function.statements[at])}); }

    void swap(Kind kind, size_t a, size_t b) {
        Statement changed = function.statements[at];
        if (changed.operands[a] != changed.operands[b]) {
            std::swap(changed.operands[a], changed.operands[b]);
            instead(kind, changed);
        }
    }

    /** Operations whose operands have an order. */
    void operands(const Statement& s) {
        for (const char* ordered : {"sub.", "div.", "rem.", "selp.", "prmt.", "shl.", "shr."}) {
            if (begins(s.opcode, ordered) && !isNumber(s.operands[1]) && !isNumber(s.operands[2]) &&
                s.opcode.find("64") == std::string::npos) {
                swap(Kind::OPERANDS, 1, 2);
            }
        }
        if (begins(s.opcode, "fma.rn.") || begins(s.opcode, "mad.lo.")) {
            swap(Kind::OPERANDS, 2, 3);
        }
        if (begins(s.opcode, "cvt.rn.bf16x2")) {
            swap(Kind::OPERANDS, 1, 2);
        }
    }

    void fragments(const Statement& s) {
        if (begins(s.opcode, "mma.")) {
            swap(Kind::FRAGMENT, 5, 6);
            swap(Kind::FRAGMENT, 8, 9);
            swap(Kind::FRAGMENT, 11, 12);
        } else if (begins(s.opcode, "ldmatrix.")) {
            swap(Kind::FRAGMENT, 1, 2);
            Statement changed = s;
            changed.opcode = s.opcode.find(".trans") == std::string::npos ? replaced(s.opcode, ".x4", ".x4.trans")
                                                                          : replaced(s.opcode, ".trans", "");
            instead(Kind::FRAGMENT, changed);
        } else if (s.opcode.find(".v2.") != std::string::npos || s.opcode.find(".v4.") != std::string::npos) {
            swap(Kind::FRAGMENT, 1, s.opcode[0] == 'l' ? 0 : 2);
        } else if (begins(s.opcode, "shfl.")) {
            Statement changed = s;
            changed.operands[3] = changed.operands[3] == "2" ? "4" : "2";
            instead(Kind::FRAGMENT, changed);
        }
    }

    void copies(const Statement& s) {
        if (begins(s.opcode, "cp.async.wait_group")) {
            missing(Kind::WAIT);
            Statement changed = s;
            changed.operands[0] = std::to_string(atoi(s.operands[0].c_str()) + 1);
            instead(Kind::WAIT, changed);
        } else if (begins(s.opcode, "cp.async.commit")) {
            missing(Kind::WAIT);
        } else if (begins(s.opcode, "bar.") || begins(s.opcode, "membar.")) {
            missing(Kind::BARRIER);
        }
    }

    void bounds(const Statement& s) {
        if (s.opcode == "bra" && !s.guard.empty()) {
            Statement changed = s;
            changed.guardNegated = !s.guardNegated;
            std::string sign = s.guardNegated ? "@!" : "@";
            faults.push_back({Kind::GUARD, at, changed, sign + s.guard + " bra negated"});
        }
        if (!begins(s.opcode, "setp.")) {
            return;
        }
        static const std::vector<std::pair<const char*, const char*>> neighbours = {
            {".lt.", ".le."},   {".le.", ".lt."},   {".gt.", ".ge."},   {".ge.", ".gt."},
            {".ltu.", ".leu."}, {".leu.", ".ltu."}, {".gtu.", ".geu."}, {".geu.", ".gtu."}};
        for (auto& pair : neighbours) {
            if (s.opcode.find(pair.first) != std::string::npos) {
                Statement changed = s;
                changed.opcode = replaced(s.opcode, pair.first, pair.second);
                instead(Kind::BOUND, changed);
            }
        }
        if (isNumber(s.operands[2])) {
            Statement changed = s;
            changed.operands[2] = std::to_string(atoll(s.operands[2].c_str()) + 1);
            instead(Kind::BOUND, changed);
        }
    }

    void widths(const Statement& s) {
        static const std::vector<std::pair<const char*, const char*>> wrong = {{"cvt.s64.s32", "cvt.u64.u32"},
                                                                               {"mul.wide.s32", "mul.wide.u32"},
                                                                               {"shr.s32", "shr.u32"},
                                                                               {"shr.u32", "shr.s32"},
                                                                               {"ld.global.u16", "ld.global.u8"},
                                                                               {"ld.global.s8", "ld.global.u8"},
                                                                               {"cvt.s16.s8", "cvt.u16.u8"},
                                                                               {"st.global.u16", "st.global.u8"},
                                                                               {"setp.lt.s32", "setp.lt.u32"},
                                                                               {"setp.lt.u32", "setp.lt.s32"},
                                                                               {"mul.hi.u32", "mul.hi.s32"},
                                                                               {"cvt.rn.f32.s32", "cvt.rn.f32.u32"},
                                                                               {"cvt.rn.f32.s16", "cvt.rn.f32.u16"}};
        for (auto& pair : wrong) {
            if (s.opcode == pair.first) {
                Statement changed = s;
                changed.opcode = pair.second;
                instead(Kind::WIDTH, changed);
            }
        }
        bool bytes = begins(s.opcode, "mul.wide.") || s.opcode == "mul.lo.s64";
        if ((bytes && isNumber(s.operands[2])) || s.opcode == "shl.b64") {
            Statement changed = s;
            int factor = atoi(s.operands[2].c_str());
            changed.operands[2] = std::to_string(s.opcode == "shl.b64" ? factor - 1 : factor / 2);
            instead(Kind::WIDTH, changed);
        }
    }

    void offsets(const Statement& s) {
        bool access = begins(s.opcode, "ld.") || begins(s.opcode, "st.");
        for (size_t k = 0; access && k < s.operands.size(); k++) {
            size_t plus = s.operands[k].find('+');
            if (s.operands[k][0] == '[' && plus != std::string::npos) {
                Statement changed = s;
                int offset = atoi(s.operands[k].c_str() + plus + 1);
                changed.operands[k] = s.operands[k].substr(0, plus + 1) + std::to_string(offset + 4) + "]";
                instead(Kind::OFFSET, changed);
            }
        }
        if ((s.opcode == "add.s32" || s.opcode == "and.b32") && isNumber(s.operands[2])) {
            Statement changed = s;
            changed.operands[2] = std::to_string(atoi(s.operands[2].c_str()) + 1);
            instead(Kind::OFFSET, changed);
        }
    }
};

ModuleText alone(const ModuleText& module, const FunctionText& function) {
    ModuleText result;
    result.shared = module.shared;
    result.functions.push_back(function);
    return result;
}

} // namespace

const char* nameOf(Kind kind) {
    static const char* const names[] = {"operands", "fragment", "wait", "barrier", "bound", "width", "guard", "offset"};
    return names[static_cast<int>(kind)];
}

std::vector<Fault> faultsOf(const FunctionText& function) { return Faults(function).all(); }

std::vector<Fault> choose(const std::vector<Fault>& all, int count, uint64_t seed) {
    std::vector<std::vector<Fault>> byKind(KINDS);
    for (const Fault& fault : all) {
        byKind[static_cast<int>(fault.kind)].push_back(fault);
    }
    for (auto& faults : byKind) {
        for (size_t i = faults.size(); i > 1; i--) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            std::swap(faults[i - 1], faults[(seed >> 33) % i]);
        }
    }
    std::vector<Fault> chosen;
    for (bool more = true; more && static_cast<int>(chosen.size()) < count;) {
        more = false;
        for (auto& faults : byKind) {
            if (!faults.empty() && static_cast<int>(chosen.size()) < count) {
                chosen.push_back(std::move(faults.back()));
                faults.pop_back();
                more = true;
            }
        }
    }
    return chosen;
}

ModuleText withFault(const ModuleText& module, const FunctionText& function, const Fault& fault) {
    ModuleText result = alone(module, function);
    auto& statements = result.functions[0].statements;
    if (fault.instead) {
        statements[fault.statement] = *fault.instead;
        return result;
    }
    statements.erase(statements.begin() + fault.statement);
    for (auto& label : result.functions[0].labels) {
        label.second -= label.second > fault.statement;
    }
    return result;
}

ModuleText withTrap(const ModuleText& module, const FunctionText& function, int statement) {
    ModuleText result = alone(module, function);
    Statement trap;
    trap.opcode = "trap";
    trap.line = function.statements[statement].line;
    auto& statements = result.functions[0].statements;
    statements.insert(statements.begin() + statement, trap);
    for (auto& label : result.functions[0].labels) {
        label.second += label.second > statement;
    }
    return result;
}

} // namespace mutation
