// Immediate post-dominators: where the lanes that a branch has parted run together again. The iteration is that of
// Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm" (2001), on the reversed graph.
#include "ptx_program.h"

#include <algorithm>

namespace emulated::ptx {

namespace {

class Flow {
public:
    explicit Flow(const std::vector<Instruction>& code) : code(code), end(static_cast<int>(code.size())) {
        split();
        number();
        iterate();
    }

    /** First instruction of the block that follows on every way from this branch; `end` if that is the kernel's end. */
    int meetingOf(int branch) const {
        int block = dominator[blockOf[branch]];
        return block == exitBlock() || block < 0 ? end : starts[block];
    }

private:
    const std::vector<Instruction>& code;
    int end;
    std::vector<int> starts;  // first instructions of the blocks
    std::vector<int> blockOf; // by instruction
    std::vector<std::vector<int>> successors, predecessors;
    std::vector<int> order; // blocks by reversed post-order from the exit; the exit first
    std::vector<int> rank;  // places in it; -1: no way leads to the exit
    std::vector<int> dominator;

    int exitBlock() const { return static_cast<int>(starts.size()); }

    void split() {
        std::vector<bool> first(end + 1, false);
        first[0] = true;
        for (int i = 0; i < end; i++) {
            if (code[i].course == Course::BRANCH) {
                first[code[i].target] = true;
            }
            if (code[i].course == Course::BRANCH || code[i].course == Course::EXIT) {
                first[i + 1] = true;
            }
        }
        blockOf.resize(end + 1);
        for (int i = 0; i < end; i++) {
            if (first[i]) {
                starts.push_back(i);
            }
            blockOf[i] = static_cast<int>(starts.size()) - 1;
        }
        blockOf[end] = exitBlock();
        successors.resize(starts.size() + 1);
        predecessors.resize(starts.size() + 1);
        for (int block = 0; block < exitBlock(); block++) {
            int last = (block + 1 < exitBlock() ? starts[block + 1] : end) - 1;
            const Instruction& i = code[last];
            if (i.course == Course::BRANCH) {
                connect(block, blockOf[i.target]);
            } else if (i.course == Course::EXIT) {
                connect(block, exitBlock());
            }
            if ((i.course != Course::BRANCH && i.course != Course::EXIT) || i.guarded) {
                connect(block, blockOf[last + 1]);
            }
        }
    }

    void connect(int from, int to) {
        successors[from].push_back(to);
        predecessors[to].push_back(from);
    }

    /** Depth-first search against the arrows, without recursion: kernels have thousands of blocks. */
    void number() {
        std::vector<size_t> tried(starts.size() + 1, 0);
        std::vector<bool> seen(starts.size() + 1, false);
        std::vector<int> open{exitBlock()};
        seen[exitBlock()] = true;
        while (!open.empty()) {
            int block = open.back();
            if (tried[block] == predecessors[block].size()) {
                order.push_back(block);
                open.pop_back();
                continue;
            }
            int next = predecessors[block][tried[block]++];
            if (!seen[next]) {
                seen[next] = true;
                open.push_back(next);
            }
        }
        std::reverse(order.begin(), order.end());
        rank.assign(starts.size() + 1, -1);
        for (size_t i = 0; i < order.size(); i++) {
            rank[order[i]] = static_cast<int>(i);
        }
    }

    void iterate() {
        dominator.assign(starts.size() + 1, -1);
        dominator[exitBlock()] = exitBlock();
        for (bool changed = true; changed;) {
            changed = false;
            for (size_t i = 1; i < order.size(); i++) {
                int block = order[i];
                int best = -1;
                for (int next : successors[block]) {
                    if (rank[next] >= 0 && dominator[next] >= 0) {
                        best = best < 0 ? next : meet(best, next);
                    }
                }
                if (dominator[block] != best) {
                    dominator[block] = best;
                    changed = true;
                }
            }
        }
    }

    int meet(int a, int b) const {
        while (a != b) {
            while (rank[a] > rank[b]) {
                a = dominator[a];
            }
            while (rank[b] > rank[a]) {
                b = dominator[b];
            }
        }
        return a;
    }
};

} // namespace

void findMeetings(Function& function) {
    Flow flow(function.code);
    for (size_t i = 0; i < function.code.size(); i++) {
        if (function.code[i].course == Course::BRANCH) {
            function.code[i].meeting = flow.meetingOf(static_cast<int>(i));
        }
    }
}

} // namespace emulated::ptx
