#define _DEFAULT_SOURCE
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

int failures, brief;
const struct Kernels* kernels;
const char* level_name = "";

static uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

void same(const float* actual, const float* expected, size_t count, const char* what) {
    for (size_t i = 0; i < count; i++) {
        if (bits_of(actual[i]) != bits_of(expected[i]) && !(isnan(actual[i]) && isnan(expected[i]))) {
            printf("FAILED %s, %s: %a at %zu of %zu, expected %a\n", level_name, what, actual[i], i, count,
                   expected[i]);
            failures++;
            return;
        }
    }
}

void holds(int condition, const char* what) {
    if (!condition) {
        printf("FAILED %s, %s\n", level_name, what);
        failures++;
    }
}

uint32_t next_random(struct Random* random) {
    random->state = random->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random->state >> 33);
}

float uniform(struct Random* random) { return (float)(next_random(random) % 20001) / 10000.f - 1.f; }

int below(struct Random* random, int n) { return (int)(next_random(random) % (unsigned)n); }

static struct Mapping {
    void* memory;
    size_t bytes;
} mappings[64];
static int mapped;
static unsigned turn;

void* guarded(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inside = (bytes + page - 1) / page * page;
    if (inside == 0) {
        inside = page;
    }
    char* memory = mmap(NULL, inside + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mapped == 64 || mprotect(memory + page, inside, PROT_READ | PROT_WRITE)) {
        printf("no memory for a test\n");
        exit(2);
    }
    mappings[mapped++] = (struct Mapping){memory, inside + 2 * page};
    memset(memory + page, 0xff, inside);
    return turn++ % 4 == 3 ? memory + page : memory + page + inside - bytes;
}

void* guarded_copy(const void* from, size_t bytes) { return memcpy(guarded(bytes), from, bytes); }

void free_guarded(void) {
    while (mapped > 0) {
        mapped--;
        munmap(mappings[mapped].memory, mappings[mapped].bytes);
    }
}

float bf16_value(uint16_t bits) {
    uint32_t word = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &word, 4);
    return value;
}

uint16_t bf16_bits(float value) {
    uint32_t bits = bits_of(value);
    if (isnan(value)) {
        return (uint16_t)(bits >> 16 | 0x40);
    }
    uint32_t kept = bits >> 16, dropped = bits & 0xffff;
    return (uint16_t)(kept + (dropped > 0x8000 || (dropped == 0x8000 && kept % 2 == 1)));
}

int panels_of(int outputs) { return (outputs + 31) / 32; }

struct Matrix random_matrix(int kind, int outputs, int inputs, struct Random* random) {
    struct Matrix m = {kind, outputs, inputs, NULL, NULL, NULL};
    size_t count = (size_t)outputs * inputs;
    m.weights = malloc(count * 4);
    for (size_t i = 0; i < count; i++) {
        int extreme = below(random, 8);
        m.weights[i] = kind == KIND_F32    ? uniform(random)
                       : kind == KIND_BF16 ? bf16_value(bf16_bits(uniform(random)))
                       : extreme == 0      ? 127.f
                       : extreme == 1      ? -128.f
                                           : (float)(below(random, 256) - 128);
    }
    if (kind == KIND_INT8 || kind == KIND_INT8_BY_INT8) {
        m.scales = malloc(panels_of(outputs) * 32 * 4);
        for (int n = 0; n < panels_of(outputs) * 32; n++) {
            m.scales[n] = n < outputs ? 0.01f + 0.001f * uniform(random) : 0.f;
        }
    }
    return m;
}

/* Rows of a panel in the type that packPanel takes. */
static void* rows_of_panel(const struct Matrix* m, int panel) {
    size_t bytes = m->kind == KIND_F32 ? 4 : m->kind == KIND_BF16 ? 2 : 1;
    uint8_t* rows = guarded(32 * (size_t)m->inputs * bytes);
    for (int n = 0; n < 32; n++) {
        for (int k = 0; k < m->inputs; k++) {
            int row = panel * 32 + n;
            float value = row < m->outputs ? m->weights[(size_t)row * m->inputs + k] : 0.f;
            size_t at = (size_t)n * m->inputs + k;
            if (m->kind == KIND_F32) {
                memcpy(rows + 4 * at, &value, 4);
            } else if (m->kind == KIND_BF16) {
                uint16_t bits = bf16_bits(value);
                memcpy(rows + 2 * at, &bits, 2);
            } else {
                rows[at] = (uint8_t)(int8_t)value;
            }
        }
    }
    return rows;
}

void pack(struct Matrix* m) {
    size_t bytes = (size_t)kernels->panelBytes(m->kind, m->inputs);
    uint8_t* all = malloc(panels_of(m->outputs) * bytes);
    for (int p = 0; p < panels_of(m->outputs); p++) {
        uint8_t* panel = guarded(bytes);
        kernels->packPanel(panel, m->kind, rows_of_panel(m, p), m->inputs);
        memcpy(all + p * bytes, panel, bytes);
        free_guarded();
    }
    free(m->panels);
    m->panels = all;
}

void free_matrix(struct Matrix* m) {
    free(m->weights);
    free(m->scales);
    free(m->panels);
}
