// How many faults in the shipped PTX the kernels' tests notice. By hand, not in CI: each launch of kernel_test runs
// from the sources, then from each faulty PTX of its kernel that nothing has noticed yet, from the same memory. A fault
// is noticed by another result, or because the engine stops. Prints a table in Markdown.
//
//   mutation_test [faults a kernel] [seed]
#include "engine.h"
#include "mutations.h"
#include "self_test.h"

#include <fstream>
#include <sstream>

namespace {

using namespace emulated;
using namespace mutation;

struct Mutant {
    mutation::Fault fault;
    std::shared_ptr<const ptx::Module> faulty, trapped;
    std::string noticed; // how; empty: not yet
    bool reached = false;
};

struct Tested {
    std::vector<Mutant> mutants;
    int launches = 0;
};

std::map<std::string, Tested>& tested() {
    static std::map<std::string, Tested> all;
    return all;
}

/** How the fault shows in this launch, or nothing. */
std::string notice(const ptx::Module& module, const KernelLaunch& launch, const Snapshot& before, const Snapshot& right,
                   const std::vector<ptx::MemoryRange>& memory) {
    before.restore();
    ptx::Launch faulty = launch.ptx;
    faulty.function = &module.functions.at(launch.kernel->name);
    std::string fault;
    if (ptx::run(faulty, memory, fault) != 0) {
        size_t what = fault.find("): ");
        size_t thread = fault.find(": ", fault.find("thread"));
        return "stopped: " + fault.substr(thread != std::string::npos ? thread + 2 : what + 3);
    }
    return right.difference().empty() ? "" : "other bits";
}

int runMutants(const KernelLaunch& launch) {
    Tested& kernel = tested()[launch.kernel->name];
    kernel.launches++;
    std::vector<ptx::MemoryRange> memory = reachableMemory();
    Snapshot before(memory);
    KernelLaunch sources = launch;
    sources.ptx.function = nullptr;
    if (int code = runOnEngine(sources)) {
        return code;
    }
    Snapshot right(memory);
    for (Mutant& mutant : kernel.mutants) {
        if (mutant.noticed.empty()) {
            mutant.noticed = notice(*mutant.faulty, launch, before, right, memory);
            mutant.reached =
                mutant.reached || !mutant.noticed.empty() ||
                notice(*mutant.trapped, launch, before, right, memory).find("stops by itself") != std::string::npos;
        }
    }
    right.restore();
    return 0;
}

std::string contentOf(const char* path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

void makeMutants(const ptx::ModuleText& module, int count, uint64_t seed) {
    for (const ptx::FunctionText& function : module.functions) {
        Tested& kernel = tested()[function.name];
        for (mutation::Fault& fault : choose(faultsOf(function), count, seed)) {
            try {
                auto trapped = ptx::decode(withTrap(module, function, fault.statement));
                auto faulty = ptx::decode(withFault(module, function, fault));
                kernel.mutants.push_back({std::move(fault), faulty, trapped, "", false});
            } catch (const ptx::Invalid& invalid) {
                printf("not a kernel: %s\n", invalid.what());
            }
        }
    }
}

void printTables() {
    printf("| kernel | launches | faults | noticed | by the engine | never reached | left |\n");
    printf("| --- | --- | --- | --- | --- | --- | --- |\n");
    for (auto& [name, kernel] : tested()) {
        int noticed = 0;
        int stopped = 0;
        int unreached = 0;
        for (const Mutant& mutant : kernel.mutants) {
            noticed += !mutant.noticed.empty();
            stopped += mutant.noticed.rfind("stopped", 0) == 0;
            unreached += !mutant.reached;
        }
        int count = static_cast<int>(kernel.mutants.size());
        printf("| `%s` | %d | %d | %d | %d | %d | %d |\n", name.c_str(), kernel.launches, count, noticed, stopped,
               unreached, count - noticed - unreached);
    }
    printf("\n| kernel | kind | line | fault |\n| --- | --- | --- | --- |\n");
    for (auto& [name, kernel] : tested()) {
        for (const Mutant& mutant : kernel.mutants) {
            if (mutant.noticed.empty() && kernel.launches > 0) {
                printf("| `%s` | %s%s | %d | `%s` |\n", name.c_str(), nameOf(mutant.fault.kind),
                       mutant.reached ? "" : ", never reached",
                       mutant.trapped->functions.at(name).code[mutant.fault.statement].line, mutant.fault.what.c_str());
            }
        }
    }
}

} // namespace

int main(int count, char** arguments) {
    using namespace self_test;
    setenv("TIDAR_EMU_ENGINE", "ptx", 1);
    setenv("TIDAR_EMU_STEPS", "3000000", 1);
    makeMutants(ptx::parse(contentOf(COMMITTED_PTX).c_str()), count > 1 ? atoi(arguments[1]) : 24,
                count > 2 ? strtoull(arguments[2], nullptr, 10) : 20261130);
    launcher = runMutants;
    open(COMMITTED_PTX);
    testProducts();
    testSampling();
    testFilteredSampling();
    testAttention();
    testRows();
    printTables();
    printf("\nkernels: %s\n", failures == 0 ? "passed" : "FAILED");
    return failures == 0 ? 0 : 1;
}
