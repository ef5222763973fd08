// The engine that runs PTX, on kernels of a few lines: lanes that part and meet, edges of arithmetic, and mistakes that
// it must name.
#include "ptx_warp.h"
#include "self_test.h"

#include <functional>

namespace self_test {

namespace {

using namespace emulated::ptx;

constexpr const char* MODULE = ".version 8.0\n.target sm_80\n.address_size 64\n.extern .shared .align 128 .b8 pool[];\n"
                               ".visible .entry k(.param .u64 k_param_0, .param .u64 k_param_1)\n{\n";

constexpr const char* HEADER = ".reg .pred %p<9>;\n.reg .b16 %rs<9>;\n.reg .b32 %r<40>;\n.reg .f32 %f<9>;\n"
                               ".reg .b64 %rd<9>;\n.reg .f64 %fd<9>;\n"
                               "ld.param.u64 %rd1, [k_param_0];\nld.param.u64 %rd2, [k_param_1];\n"
                               "mov.u32 %r1, %tid.x;\nmul.wide.u32 %rd3, %r1, 4;\nadd.s64 %rd4, %rd1, %rd3;\n"
                               "shl.b32 %r2, %r1, 2;\nmov.u32 %r3, pool;\nadd.s32 %r4, %r3, %r2;\n";

struct Outcome {
    int code;
    std::string fault;
    std::vector<uint32_t> words;
};

/** Runs a kernel that declares its registers itself. */
Outcome runBare(const std::string& body) {
    constexpr unsigned threads = 64;
    alignas(16) static uint32_t input[64];
    std::vector<uint32_t> words(threads, 0);
    for (uint32_t i = 0; i < 64; i++) {
        input[i] = 100 + i;
    }
    Outcome outcome;
    try {
        auto module = decode((MODULE + body + "\nret;\n}\n").c_str());
        Launch launch{&module->functions.at("k"), {1, 1, 1}, {threads, 1, 1}, 1024, std::vector<char>(16)};
        void* parameters[] = {words.data(), input};
        memcpy(launch.parameters.data(), parameters, 16);
        std::vector<MemoryRange> memory = {{reinterpret_cast<uintptr_t>(words.data()), 4 * threads},
                                           {reinterpret_cast<uintptr_t>(input), sizeof input}};
        if (memory[1].begin < memory[0].begin) {
            std::swap(memory[0], memory[1]);
        }
        outcome.code = run(launch, memory, outcome.fault);
    } catch (const Invalid& invalid) {
        outcome.code = CUDA_ERROR_INVALID_PTX;
        outcome.fault = invalid.what();
    }
    outcome.words = words;
    return outcome;
}

/** Runs lines: %r1 is the thread, %rd4 its word of the result, %r4 that of shared memory, %rd2 the input. */
Outcome run(const std::string& body) { return runBare(HEADER + body); }

void gives(const char* what, const std::string& body, const std::function<uint32_t(uint32_t)>& word) {
    Outcome outcome = run(body);
    check(outcome.code == 0, outcome.fault.c_str(), what);
    for (uint32_t i = 0; i < 64; i++) {
        if (outcome.words[i] != word(i)) {
            printf("thread %u: 0x%08x and not 0x%08x\n", i, outcome.words[i], word(i));
            check(false, "another result", what);
            return;
        }
    }
}

void fails(const char* what, int code, const std::string& text, const std::string& body) {
    Outcome outcome = run(body);
    check(outcome.code == code && outcome.fault.find(text) != std::string::npos,
          (std::to_string(outcome.code) + " " + outcome.fault).c_str(), what);
}

void lanesThatABranchPartsMeetAgain() {
    gives("a loop whose length is each lane's own, then a shuffle of all",
          "mov.u32 %r5, 0;\nmov.u32 %r6, 0;\nand.b32 %r7, %r1, 7;\n"
          "$L1:\nadd.s32 %r5, %r5, %r6;\nadd.s32 %r6, %r6, 1;\nsetp.le.u32 %p1, %r6, %r7;\n@%p1 bra $L1;\n"
          "mov.u32 %r8, 1;\nmov.u32 %r9, 31;\nmov.u32 %r10, -1;\n"
          "shfl.sync.bfly.b32 %r11|%p2, %r5, %r8, %r9, %r10;\nst.global.u32 [%rd4], %r11;",
          [](uint32_t i) { return ((i ^ 1) & 7) * (((i ^ 1) & 7) + 1) / 2; });
    gives("a branch within a branch, of which some lanes end",
          "and.b32 %r5, %r1, 1;\nsetp.eq.s32 %p1, %r5, 0;\nand.b32 %r6, %r1, 2;\nsetp.ne.s32 %p2, %r6, 0;\n"
          "mov.u32 %r7, 1;\n@%p1 bra $L2;\n@%p2 ret;\nadd.s32 %r7, %r7, 10;\nbra.uni $L3;\n"
          "$L2:\n@!%p2 bra $L3;\nadd.s32 %r7, %r7, 100;\n$L3:\nst.global.u32 [%rd4], %r7;",
          [](uint32_t i) { return (i & 1) == 0   ? ((i & 2) != 0 ? 101u : 1u)
                                  : (i & 2) != 0 ? 0u
                                                 : 11u; });
}

void predicatesAreTheirKernelsOwn() {
    Outcome other = runBare(".reg .b32 %r<9>;\nmov.u32 %r0, 0x06060606;\nmov.u32 %r1, %r0;\nmov.u32 %r2, %r0;");
    check(other.code == 0, other.fault.c_str(), "a kernel whose words lie where the next one has predicates");
    gives("a predicate that only the last lanes set after it",
          "mov.u32 %r5, 1;\nsetp.lt.u32 %p1, %r1, 18;\n@%p1 bra $L1;\nsetp.gt.u32 %p2, %r1, 99;\n"
          "@%p2 mov.u32 %r5, 2;\n$L1:\nst.global.u32 [%rd4], %r5;",
          [](uint32_t) { return 1; });
}

void arithmeticKeepsToTheManual() {
    auto constant = [](uint32_t word) { return [word](uint32_t) { return word; }; };
    gives("a product and a sum of bfloat16 are rounded once",
          // 1.75 * 0.578125 stands between two of them; less 2^-40 or 2^-60 the lower one is nearer, but not in f32
          "mov.b32 %r5, 0x3fe03fe0;\nmov.b32 %r6, 0x3f143f14;\nmov.b32 %r7, 0xa180ab80;\n"
          "fma.rn.bf16x2 %r8, %r5, %r6, %r7;\nst.global.u32 [%rd4], %r8;",
          constant(0x3f813f81));
    gives("the larger of a number and NaN is the number, and of zeros the positive one",
          "mov.f32 %f1, 0f7FC00000;\nmov.f32 %f2, 0fC0000000;\nmax.f32 %f3, %f1, %f2;\nmov.f32 %f4, 0f80000000;\n"
          "mov.f32 %f5, 0f00000000;\nmax.f32 %f6, %f4, %f5;\nadd.rn.f32 %f7, %f3, %f6;\nst.global.f32 [%rd4], %f7;",
          constant(0xc0000000));
    gives("conversions to integers clamp",
          "mov.f32 %f1, 0f7F800000;\ncvt.rzi.s32.f32 %r5, %f1;\nst.global.u32 [%rd4], %r5;", constant(0x7fffffff));
    gives("a shift by the width or more leaves nothing but the sign",
          "mov.u32 %r5, -8;\nmov.u32 %r6, 40;\nshr.s32 %r7, %r5, %r6;\nshl.b32 %r8, %r5, %r6;\nadd.s32 %r9, %r7, %r8;\n"
          "st.global.u32 [%rd4], %r9;",
          constant(0xffffffff));
    gives("prmt repeats a sign", "mov.u32 %r5, 0x807f;\nprmt.b32 %r6, %r5, 0, 0x9801;\nst.global.u32 [%rd4], %r6;",
          constant(0xff007f80));
    gives("bfi puts bits in their place",
          "mov.u32 %r5, 0xff;\nmov.u32 %r6, 0x11111111;\nbfi.b32 %r7, %r5, %r6, 28, 8;\nst.global.u32 [%rd4], %r7;",
          constant(0xf1111111));
    gives("powers of two below the normal numbers are zero",
          "mov.f32 %f1, 0fC2FE0000;\nex2.approx.ftz.f32 %f2, %f1;\nst.global.f32 [%rd4], %f2;", constant(0));
}

void mistakesAreNamed() {
    fails("an unknown modifier", 218, "unknown instruction fma.rz.f32", "fma.rz.f32 %f1, %f2, %f3, %f4;");
    fails("an unknown register", 218, "%r99", "mov.u32 %r5, %r99;");
    fails("a register that nobody wrote", 719, "%r5 was never written", "add.s32 %r6, %r5, 1;");
    fails("shared memory that nobody wrote", 719, "was never written", "ld.shared.u32 %r5, [%r4];");
    fails("shared memory beyond the launch's", 700, "shared address 0x400", "st.shared.u32 [%r3+1024], %r1;");
    fails("global memory beyond an allocation", 700, "outside of every allocation", "st.global.u32 [%rd4+4], %r1;");
    fails("an address that is not aligned", 716, "is not aligned", "st.global.u32 [%rd4+2], %r1;");
    fails("a read of another thread's write without a barrier", 719, "there was no barrier since",
          "st.shared.u32 [%r4], %r1;\nxor.b32 %r5, %r4, 4;\nld.shared.u32 %r6, [%r5];");
    fails("a write over what another thread has read", 719, "was read by another thread",
          "st.shared.u32 [%r4], %r1;\nbar.sync 0;\nxor.b32 %r5, %r4, 4;\nld.shared.u32 %r6, [%r5];\n"
          "st.shared.u32 [%r4], %r6;");
    fails("a barrier that half a warp reaches", 719, "not all threads of the warp reach",
          "and.b32 %r5, %r1, 1;\nsetp.eq.s32 %p1, %r5, 0;\n@%p1 bra $L1;\nbar.sync 0;\n$L1:");
    fails("a shuffle that half a warp reaches", 719, "are not those that are here",
          "and.b32 %r5, %r1, 1;\nsetp.eq.s32 %p1, %r5, 0;\nmov.u32 %r6, -1;\n@%p1 bra $L1;\n"
          "shfl.sync.bfly.b32 %r7|%p2, %r1, %r1, 31, %r6;\n$L1:");
    fails("a kernel that does not end", 702, "does not end", "$L1:\nbra.uni $L1;");
}

void copiesArriveWhenTheyAreWaitedFor() {
    std::string copy =
        "shl.b32 %r5, %r1, 4;\nadd.s32 %r6, %r3, %r5;\nand.b32 %r7, %r1, 15;\nmul.wide.u32 %rd5, %r7, 16;\n"
        "add.s64 %rd6, %rd2, %rd5;\nmov.u32 %r8, 16;\n"
        "cp.async.cg.shared.global.L2::128B [%r6], [%rd6], 16, %r8;\ncp.async.commit_group;\n";
    gives("copied, waited for, and behind a barrier",
          copy + "cp.async.wait_group 0;\nbar.sync 0;\nld.shared.u32 %r9, [%r4];\nst.global.u32 [%rd4], %r9;",
          [](uint32_t i) { return 100 + i; });
    fails("nobody waits before the read", 719, "cp.async that nobody waited for",
          copy + "bar.sync 0;\nld.shared.u32 %r9, [%r4];\ncp.async.wait_group 0;");
    fails("a wait that leaves a group under way", 719, "cp.async that nobody waited for",
          copy + "cp.async.wait_group 1;\nbar.sync 0;\nld.shared.u32 %r9, [%r4];\ncp.async.wait_group 0;");
    fails("no barrier after the wait", 719, "there was no barrier since",
          copy + "cp.async.wait_group 0;\nld.shared.u32 %r9, [%r4];");
    fails("nobody waits at all", 719, "without waiting for its copies", copy);
}

} // namespace

} // namespace self_test

int main() {
    using namespace self_test;
    setenv("TIDAR_EMU_STEPS", "100000", 1);
    lanesThatABranchPartsMeetAgain();
    predicatesAreTheirKernelsOwn();
    arithmeticKeepsToTheManual();
    mistakesAreNamed();
    copiesArriveWhenTheyAreWaitedFor();
    printf("PTX engine: %s\n", failures == 0 ? "passed" : "FAILED");
    return failures == 0 ? 0 : 1;
}
