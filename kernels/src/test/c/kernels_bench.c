/*
 * Times the int8-by-int8 products of a 135M model (30 layers and the head) on two threads, beside a plain read of the
 * same weights: what share of the memory's bandwidth one row reaches, and what further rows cost.
 *
 *   TIDAR_NATIVE_LIBRARY=... kernels_bench LEVEL [seconds for each number of rows [threads [large]]]
 *
 * Levels as in kernels.h; "large" asks for large pages.
 *
 * A time is the sum of the best times of each product, or of the read of each matrix, in turn, rounding of rows and
 * hand-over between the threads included: other work on the machine only adds to a time.
 */
#define _GNU_SOURCE
#include "kernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LAYERS = 30, MOST_ROWS = 512, WIDEST = 3072, VOCABULARY = 49152, MOST_THREADS = 16 };

struct Layer {
    int inputs, outputs, mode;
    uint8_t* panels;
    float* scales;
};

static struct Layer layers[4 * LAYERS + 1];
static const struct Kernels* kernels;
static int threads = 2, rows, head_rows;
static float *x, *y;
static uint8_t *q, *scratch[MOST_THREADS];
static volatile int running = 1, reading;
static double best[4 * LAYERS + 1], sink[MOST_THREADS];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int arrived, round_number, next_item;

static void barrier(void) {
    int mine = __atomic_load_n(&round_number, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == threads) {
        arrived = 0;
        next_item = 0;
        __atomic_add_fetch(&round_number, 1, __ATOMIC_ACQ_REL);
        return;
    }
    for (int spins = 0; __atomic_load_n(&round_number, __ATOMIC_ACQUIRE) == mine; spins++) {
        if (spins > 3000) {
            sched_yield();
        }
    }
}

static int take(void) { return __atomic_fetch_add(&next_item, 1, __ATOMIC_RELAXED); }

static void multiply(const struct Layer* l, int layer_rows, int thread) {
    int panels = l->outputs / PANEL, run = panels / (8 * threads) / 2 * 2;
    run = run < 2 ? 2 : run > 32 ? 32 : run;
    size_t row_bytes = (size_t)kernels->quantizedBytes(l->inputs);
    for (int r = thread; r < layer_rows; r += threads) {
        kernels->quantize(q + r * row_bytes, x + (size_t)r * l->inputs, l->inputs, 1);
    }
    barrier();
    for (int panel = take() * run; panel < panels; panel = take() * run) {
        struct Product p = {
            .mode = l->mode,
            .y = y,
            .outputs = l->mode == MODE_SWIGLU ? l->outputs / 2 : l->outputs,
            .x = q,
            .rows = layer_rows,
            .inputs = l->inputs,
            .kind = KIND_INT8_BY_INT8,
            .panels = l->panels,
            .scales = l->scales,
            .panel = panel,
            .count = run < panels - panel ? run : panels - panel,
            .scratch = scratch[thread],
        };
        kernels->product(&p);
    }
    barrier();
}

static uint64_t weight_bytes(const struct Layer* l) {
    return (uint64_t)kernels->panelBytes(KIND_INT8_BY_INT8, l->inputs) * (uint64_t)(l->outputs / PANEL);
}

static void read_weights(const struct Layer* l, int thread) {
    typedef uint64_t words __attribute__((vector_size(32)));
    words sum = {0};
    uint64_t part = weight_bytes(l) / (uint64_t)threads;
    const words* from = (const words*)(l->panels + part * (uint64_t)thread);
    for (uint64_t j = 0; j < part / 32; j += 4) {
        sum += from[j] + from[j + 1] + from[j + 2] + from[j + 3];
    }
    sink[thread] += (double)sum[0];
    barrier();
}

static void pass(int thread) {
    for (int i = 0; i <= 4 * LAYERS; i++) {
        double start = now();
        if (reading) {
            read_weights(&layers[i], thread);
        } else {
            multiply(&layers[i], i < 4 * LAYERS ? rows : head_rows, thread);
        }
        double time = now() - start;
        if (thread == 0 && time < best[i]) {
            best[i] = time;
        }
    }
}

static double deadline;

static void* work(void* number) {
    int thread = (int)(intptr_t)number;
    while (running) {
        pass(thread);
        if (thread == 0) {
            running = now() < deadline;
        }
        barrier(); /* all see whether to go on */
    }
    return NULL;
}

static void measure(double seconds) {
    pthread_t others[MOST_THREADS];
    for (int i = 0; i <= 4 * LAYERS; i++) {
        best[i] = 1e9;
    }
    running = 1;
    deadline = now() + seconds;
    for (int t = 1; t < threads; t++) {
        pthread_create(&others[t], NULL, work, (void*)(intptr_t)t);
    }
    work(NULL);
    for (int t = 1; t < threads; t++) {
        pthread_join(others[t], NULL);
    }
}

static double best_of_layers(void) {
    double sum = 0;
    for (int i = 0; i < 4 * LAYERS; i++) {
        sum += best[i];
    }
    return sum;
}

static uint8_t* weights_end;

static void make(struct Layer* l, int inputs, int outputs, int mode) {
    *l = (struct Layer){inputs, outputs, mode, NULL, NULL};
    l->panels = weights_end;
    weights_end += weight_bytes(l);
    l->scales = calloc((size_t)outputs, 4);
    for (uint64_t i = 0; i < weight_bytes(l); i++) {
        l->panels[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    for (int n = 0; n < outputs; n++) {
        l->scales[n] = 1e-3f;
    }
}

int main(int count, char** arguments) {
    int level = count > 1 ? atoi(arguments[1]) : -1;
    double seconds = count > 2 ? atof(arguments[2]) : 1;
    threads = count > 3 ? atoi(arguments[3]) : 2;
    if (level < 0 || !(supported_levels() >> level & 1)) {
        printf("levels of this processor: %x\n", (unsigned)supported_levels());
        return 2;
    }
    kernels = kernels_of(level);
    const int64_t most = (int64_t)160 << 20;
    weights_end = reserve_memory(most);
    if (count > 4) {
        prefer_large_pages(weights_end, most);
    }
    for (int i = 0; i < LAYERS; i++) {
        make(&layers[4 * i], 576, 960, MODE_STORE);
        make(&layers[4 * i + 1], 576, 576, MODE_ADD);
        make(&layers[4 * i + 2], 576, 3072, MODE_SWIGLU);
        make(&layers[4 * i + 3], 1536, 576, MODE_ADD);
    }
    make(&layers[4 * LAYERS], 576, VOCABULARY, MODE_STORE);
    x = calloc((size_t)MOST_ROWS * WIDEST, 4);
    y = calloc((size_t)32 * VOCABULARY, 4);
    q = calloc(MOST_ROWS, (size_t)kernels->quantizedBytes(WIDEST));
    for (int t = 0; t < threads; t++) {
        scratch[t] = calloc(1, (size_t)kernels->productScratch(MOST_ROWS, 64));
    }
    for (int i = 0; i < MOST_ROWS * WIDEST; i++) {
        x[i] = (float)(i * 37 % 201 - 100) * 0.01f;
    }
    double bytes = 0, head_bytes = (double)weight_bytes(&layers[4 * LAYERS]);
    for (int i = 0; i < 4 * LAYERS; i++) {
        bytes += (double)weight_bytes(&layers[i]);
    }
    reading = 1;
    measure(seconds);
    double read = best_of_layers() + best[4 * LAYERS], gigabytes = (bytes + head_bytes) / read * 1e-9;
    reading = 0;
    printf("plain read of %.1f MB: %.2f ms, %.1f GB/s\n", (bytes + head_bytes) * 1e-6, read * 1e3, gigabytes);
    const int all[] = {1, 2, 3, 4, 6, 8, 9, 12, 16, 20, 72, 512};
    double one = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        rows = all[i];
        head_rows = rows <= 20 ? rows : rows <= 72 ? 16 : 1;
        measure(seconds);
        double own = best_of_layers(), head = best[4 * LAYERS], both = own + head;
        double products = bytes * rows + head_bytes * head_rows;
        one = i == 0 ? both : one;
        printf("rows %3d, head %2d: layers %7.2f ms, head %6.2f ms, %5.2f of one row, %6.1f G multiply-adds/s, %5.1f "
               "GB/s, "
               "%3.0f %% of the read\n",
               rows, head_rows, own * 1e3, head * 1e3, both / one, products / both * 1e-9,
               (bytes + head_bytes) / both * 1e-9, (bytes + head_bytes) / both * 1e-7 / gigabytes);
        fflush(stdout);
    }
    return 0;
}
