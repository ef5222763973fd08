#include "block.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sys/mman.h>
#include <thread>
#include <vector>

namespace emulated {

__thread Block* block __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

constexpr size_t STACK = 64 * 1024;
constexpr size_t PAGE = 4096;
constexpr size_t SHARED = 232 * 1024;
constexpr size_t STATIC_SHARED = 48 * 1024;

__thread sigjmp_buf* escape __attribute__((tls_model("initial-exec"))) = nullptr;

std::mutex faultMutex;
char lastFault[256] = "";

/** Memory with a page that faults before and after it. */
char* guarded(size_t bytes) {
    size_t whole = (bytes + PAGE - 1) / PAGE * PAGE;
    char* at = static_cast<char*>(
        mmap(nullptr, whole + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (at == MAP_FAILED || mprotect(at + PAGE, whole, PROT_READ | PROT_WRITE) != 0) {
        std::abort();
    }
    return at + PAGE;
}

/** One OS thread's block, its stacks and shared memory, made once and used for all blocks that it runs. */
struct Runner {
    Block state{};
    std::vector<Fiber> fibers;
    char* shared = guarded(SHARED);
    char* fixed = guarded(STATIC_SHARED);

    Runner() : fibers(MAX_THREADS) {
        char* stacks = static_cast<char*>(mmap(nullptr, MAX_THREADS * STACK, PROT_READ | PROT_WRITE,
                                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        if (stacks == MAP_FAILED) {
            std::abort();
        }
        for (int i = 0; i < MAX_THREADS; i++) {
            fibers[i].stack = stacks + i * STACK;
            mprotect(fibers[i].stack, PAGE, PROT_NONE);
        }
        state.fibers = fibers.data();
        state.staticShared = fixed;
    }
};

/** A runner that nobody else uses meanwhile. There are as many as threads ever ran blocks at once, whoever these were. */
class BorrowedRunner {
public:
    BorrowedRunner() {
        std::lock_guard<std::mutex> lock(mutex());
        if (idle().empty()) {
            own = new Runner();
        } else {
            own = idle().back();
            idle().pop_back();
        }
    }
    ~BorrowedRunner() {
        std::lock_guard<std::mutex> lock(mutex());
        idle().push_back(own);
    }
    BorrowedRunner(const BorrowedRunner&) = delete;
    Runner& operator*() const { return *own; }

private:
    Runner* own;

    static std::mutex& mutex() {
        static std::mutex* all = new std::mutex(); // never destroyed: threads may outlive static variables
        return *all;
    }
    static std::vector<Runner*>& idle() {
        static std::vector<Runner*>* all = new std::vector<Runner*>();
        return *all;
    }
};

} // namespace

extern "C" void emulated_switch(void** from, void* to);
asm(R"(
.text
.globl emulated_switch
.hidden emulated_switch
.type emulated_switch,@function
emulated_switch:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp,(%rdi)
    mov %rsi,%rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
.size emulated_switch,.-emulated_switch
)");

bool descending() {
    static const char* order = getenv("TIDAR_EMU_ORDER");
    static const bool down = order != nullptr && strcmp(order, "descending") == 0;
    return down;
}

namespace {

/** The lane that runs after this one; -1 is before the first and 32 after the last. */
int following(uint32_t runnable, int lane) {
    if (descending()) {
        uint32_t below = lane >= WARP ? runnable : runnable & ((1u << std::max(lane, 0)) - 1);
        return WARP - 1 - __builtin_clz(below != 0 ? below : runnable);
    }
    uint32_t above = lane >= WARP - 1 ? 0 : runnable & (~0u << (lane + 1));
    return __builtin_ctz(above != 0 ? above : runnable);
}

/** The runnable thread after the current one, its own warp first; -1 if none can run. */
int nextRunnable() {
    Block* b = block;
    int warp = b->current / WARP;
    if (b->warps[warp].runnable != 0) {
        return warp * WARP + following(b->warps[warp].runnable, b->current % WARP);
    }
    int warps = (b->threads + WARP - 1) / WARP;
    for (int i = 1; i < warps; i++) {
        int other = (descending() ? warp + warps - i : warp + i) % warps;
        if (b->warps[other].runnable != 0) {
            return other * WARP + following(b->warps[other].runnable, descending() ? WARP : -1);
        }
    }
    return -1;
}

void releaseBarrier() {
    Block* b = block;
    b->atBarrier = 0;
    for (int w = 0; w * WARP < b->threads; w++) {
        b->warps[w].runnable |= b->warps[w].atBarrier;
        b->warps[w].atBarrier = 0;
    }
}

/** A fiber's life: the kernel, then out. */
void enter() {
    (*block->body)();
    Block* b = block;
    Warp& warp = b->warp();
    uint32_t bit = 1u << b->lane();
    warp.alive &= ~bit;
    warp.runnable &= ~bit;
    if (warp.arrived != 0) {
        fault(719, "a thread has ended while others of its warp wait for it");
    }
    if (b->fibers[b->current].pending > 0) {
        fault(719, "a thread has ended without waiting for its copies");
    }
    b->alive--;
    void* gone;
    if (b->alive == 0) {
        emulated_switch(&gone, b->mainStackPointer);
    }
    if (b->atBarrier == b->alive) {
        releaseBarrier();
    }
    int next = nextRunnable();
    if (next < 0) {
        fault(719, "all threads wait: a barrier or warp operation is not reached by all");
    }
    b->current = next;
    emulated_switch(&gone, b->fibers[next].stackPointer);
    std::abort();
}

void prepare(Block& b) {
    b.current = descending() ? b.threads - 1 : 0;
    b.alive = b.threads;
    b.atBarrier = 0;
    b.staticBytes = 0;
    for (int i = 0; i < b.threads; i++) {
        Fiber& f = b.fibers[i];
        unsigned u = static_cast<unsigned>(i);
        f.index = {u % b.size.x, u / b.size.x % b.size.y, u / (b.size.x * b.size.y)};
        f.pending = 0;
        f.group = 0;
        void** top = reinterpret_cast<void**>(static_cast<char*>(f.stack) + STACK - 64);
        *--top = nullptr; // no return address: a fiber never returns
        *--top = reinterpret_cast<void*>(enter);
        for (int r = 0; r < 6; r++) {
            *--top = nullptr;
        }
        f.stackPointer = top;
    }
    for (int w = 0; w * WARP < b.threads; w++) {
        int lanes = std::min(WARP, b.threads - w * WARP);
        uint32_t all = lanes == WARP ? ~0u : (1u << lanes) - 1;
        Warp& warp = b.warps[w];
        warp.all = warp.alive = warp.runnable = all;
        warp.arrived = warp.atBarrier = 0;
        warp.turn = 0;
    }
}

struct sigaction otherHandlers[2];

/** A bad access inside a kernel ends the kernel; any other signal is for whoever was here before, the JVM as a rule. */
void onBadAccess(int signal, siginfo_t* info, void* context) {
    if (escape != nullptr) {
        snprintf(lastFault, sizeof lastFault, "illegal address %p, block (%u, %u, %u), thread %d", info->si_addr,
                 block->index.x, block->index.y, block->index.z, block->current);
        siglongjmp(*escape, 700);
    }
    struct sigaction& other = otherHandlers[signal == SIGBUS];
    if ((other.sa_flags & SA_SIGINFO) != 0) {
        other.sa_sigaction(signal, info, context);
    } else if (other.sa_handler != SIG_DFL && other.sa_handler != SIG_IGN) {
        other.sa_handler(signal);
    } else {
        sigaction(signal, &other, nullptr); // returns to the bad access, which now ends the process
    }
}

void installHandlers() {
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = onBadAccess;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        sigaction(SIGSEGV, &action, &otherHandlers[0]);
        sigaction(SIGBUS, &action, &otherHandlers[1]);
    });
}

/** A grid that is being run, by several OS threads. */
struct Grid {
    dim3 size, blockSize;
    size_t sharedBytes;
    const std::function<void()>* body;
    long total;
    std::atomic<long> next{0};
    std::atomic<int> error{0};
};

void runBlocks(Grid& grid) {
    BorrowedRunner borrowed;
    Runner& own = *borrowed;
    Block& b = own.state;
    b.size = grid.blockSize;
    b.grid = grid.size;
    b.threads = static_cast<int>(grid.blockSize.x * grid.blockSize.y * grid.blockSize.z);
    b.body = grid.body;
    size_t bytes = (grid.sharedBytes + 127) / 128 * 128;
    b.dynamicShared = own.shared + SHARED - bytes; // ends where the guard page begins
    Block* outer = block;
    block = &b;
    sigjmp_buf here;
    sigjmp_buf* outerEscape = escape;
    int code = sigsetjmp(here, 1);
    escape = &here;
    if (code != 0) {
        grid.error = code;
    }
    while (grid.error == 0) {
        long i = grid.next++;
        if (i >= grid.total) {
            break;
        }
        b.index = {static_cast<unsigned>(i % grid.size.x), static_cast<unsigned>(i / grid.size.x % grid.size.y),
                   static_cast<unsigned>(i / (static_cast<long>(grid.size.x) * grid.size.y))};
        memset(b.dynamicShared, 0xff, bytes);
        prepare(b);
        emulated_switch(&b.mainStackPointer, b.fibers[b.current].stackPointer);
    }
    escape = outerEscape;
    block = outer;
}

/** Helpers of the thread that launches, one for each further core. */
class Workers {
public:
    explicit Workers(int count) {
        for (int i = 0; i < count; i++) {
            std::thread([this] { work(); }).detach();
        }
        helpers = count;
    }

    void run(Grid& grid) {
        if (helpers > 0 && grid.total > 1) {
            std::lock_guard<std::mutex> lock(mutex);
            current = &grid;
            generation++;
            changed.notify_all();
        }
        runBlocks(grid);
        if (helpers > 0 && grid.total > 1) {
            std::unique_lock<std::mutex> lock(mutex);
            current = nullptr;
            changed.wait(lock, [this] { return busy == 0; });
        }
    }

private:
    void work() {
        long seen = 0;
        std::unique_lock<std::mutex> lock(mutex);
        while (true) {
            changed.wait(lock, [&] { return current != nullptr && generation != seen; });
            seen = generation;
            Grid* grid = current;
            busy++;
            lock.unlock();
            runBlocks(*grid);
            lock.lock();
            busy--;
            changed.notify_all();
        }
    }

    std::mutex mutex;
    std::condition_variable changed;
    Grid* current = nullptr;
    long generation = 0;
    int busy = 0;
    int helpers = 0;
};

} // namespace

void fault(int code, const char* what) {
    {
        std::lock_guard<std::mutex> lock(faultMutex);
        snprintf(lastFault, sizeof lastFault, "%s, block (%u, %u, %u), thread %d", what, block->index.x, block->index.y,
                 block->index.z, block->current);
    }
    siglongjmp(*escape, code);
}

const char* faultText() { return lastFault; }

void switchAway() {
    Block* b = block;
    int self = b->current;
    int next = nextRunnable();
    if (next < 0) {
        fault(719, "all threads wait: a barrier or warp operation is not reached by all");
    }
    b->current = next;
    emulated_switch(&b->fibers[self].stackPointer, b->fibers[next].stackPointer);
}

void barrier() {
    Block* b = block;
    b->atBarrier++;
    if (b->atBarrier == b->alive) {
        releaseBarrier();
        return;
    }
    Warp& warp = b->warp();
    uint32_t bit = 1u << b->lane();
    warp.runnable &= ~bit;
    warp.atBarrier |= bit;
    switchAway();
}

char* staticShared(size_t bytes) {
    Block* b = block;
    if (b->staticBytes == 0) {
        b->staticBytes = bytes;
        memset(b->staticShared + STATIC_SHARED - (bytes + 15) / 16 * 16, 0xff, bytes);
    } else if (b->staticBytes != bytes) {
        fault(719, "a kernel may have one static shared storage");
    }
    return b->staticShared + STATIC_SHARED - (bytes + 15) / 16 * 16;
}

static void complete(const AsyncCopy& copy) {
    memcpy(copy.to, copy.from, copy.bytes);
    memset(static_cast<char*>(copy.to) + copy.bytes, 0, copy.zeros);
}

void copyAsync(void* to, const void* from, int bytes, int zeros) {
    Fiber& f = block->fibers[block->current];
    if (f.pending == MAX_PENDING) {
        fault(719, "too many copies are pending");
    }
    aligned(to, static_cast<uintptr_t>(bytes + zeros));
    aligned(from, static_cast<uintptr_t>(bytes + zeros));
    f.copies[f.pending++] = {to, from, bytes, zeros, f.group};
    if (descending()) {
        complete(f.copies[f.pending - 1]);
    }
}

void commitCopies() { block->fibers[block->current].group++; }

void waitForCopies(int groupsLeft) {
    Fiber& f = block->fibers[block->current];
    int done = 0;
    while (done < f.pending && f.copies[done].group < f.group - groupsLeft) {
        if (!descending()) {
            complete(f.copies[done]);
        }
        done++;
    }
    memmove(f.copies, f.copies + done, (f.pending - done) * sizeof(AsyncCopy));
    f.pending -= done;
}

int run(dim3 grid, dim3 size, size_t dynamicSharedBytes, const std::function<void()>& body) {
    installHandlers();
    static Workers* workers =
        new Workers(std::max(0, std::min(8, static_cast<int>(std::thread::hardware_concurrency())) - 1));
    Grid all;
    all.size = grid;
    all.blockSize = size;
    all.sharedBytes = dynamicSharedBytes;
    all.body = &body;
    all.total = static_cast<long>(grid.x) * grid.y * grid.z;
    workers->run(all);
    return all.error;
}

} // namespace emulated
