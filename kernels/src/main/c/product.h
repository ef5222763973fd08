/*
 * product: y = finish(x * w^T) for a run of panels of w
 *
 *   name      shape                dtype     meaning
 *   y         [rows, outputs]      f32       columns of the run are set or added to
 *   x         [rows, inputs]       f32       or quantised rows for KIND_INT8_BY_INT8
 *   panels    layout.h             kind      the first panel of the matrix
 *   scales    [panels * 32]        f32       null, or one for each output
 *   bias      [panels * 32]        f32       null without
 *   ranks     [sources, drafting, rank]  f32  x * down^T of the last `drafting` rows; rank 0 without an adapter
 *   sources   [panels]             i32       whose ranks the outputs of each panel take, or null: the first for all
 *   up        layout.h             upKind    the first panel of the adapter's matrix, inputs = rank
 *   upScales  [panels * 32]        f32
 *   panel, count                             the run; with MODE_SWIGLU both even
 *   scratch   productScratch       bytes     of this thread
 *
 * Numerics  sums of float_sums.h or int8_sums.h; then * scale; + bias; drafting rows + upScale * (ranks . up); then
 *           y = it, y += it, or y = silu(gate) * up, where panels are gate and up in turn. Each step is rounded. The
 *           bits of a row depend neither on other rows nor on the run.
 * Oracle    Products.
 * Cost      weights are read once for each 48 rows. rows * inputs * 32 * count multiply-adds.
 */
#include "exponential.h"
#include "float_sums.h"
#include "int8_sums.h"

enum {
    ROW_BLOCK = 48, /* rows whose sums, and whose part of a group, stay in the innermost cache */
    SUMS_BYTES = ROW_BLOCK * PANEL * 4,
    WIDE_BYTES = STRETCH * PANEL * 4,
};

static int64_t productScratch(int rows, int panels) {
    (void)rows;
    (void)panels;
    return 3 * SUMS_BYTES + WIDE_BYTES;
}

/* sums [rows, 32] *= scales, += bias */
INLINE void scale_and_bias(float* sums, const float* scales, const float* bias, int rows) {
    for (int r = 0; r < rows; r++, sums += PANEL) {
        UNROLL for (int n = 0; n < PANEL; n += LANES) {
            vf sum = vf_load(sums + n);
            if (scales) {
                sum = sum * vf_load(scales + n);
            }
            if (bias) {
                sum = sum + vf_load(bias + n);
            }
            vf_store(sums + n, sum);
        }
    }
}

/* sums [rows, 32] += adapterSums * upScales */
INLINE void add_scaled(float* sums, const float* adapterSums, const float* upScales, int rows) {
    for (int r = 0; r < rows; r++, sums += PANEL, adapterSums += PANEL) {
        UNROLL for (int n = 0; n < PANEL; n += LANES) {
            vf_store(sums + n, vf_load(sums + n) + vf_load(adapterSums + n) * vf_load(upScales + n));
        }
    }
}

/* The finished sums of rows [first, first + rows) and one panel. */
static void panel_sums(const struct Product* p, float* sums, int panel, int first, int rows) {
    float* adapterSums = (float*)(p->scratch + 2 * SUMS_BYTES);
    float* wide = (float*)(p->scratch + 3 * SUMS_BYTES);
    const uint8_t* weights = p->panels + panel * panel_bytes(p->kind, p->inputs);
    if (p->kind == KIND_INT8_BY_INT8) {
        const uint8_t* q = (const uint8_t*)p->x + first * quantized_bytes(p->inputs);
        int8_sums(sums, q, rows, p->inputs, weights);
    } else {
        const float* x = (const float*)p->x + (size_t)first * p->inputs;
        float_sums(sums, x, rows, p->inputs, p->kind, weights, wide);
    }
    size_t column = (size_t)panel * PANEL;
    if (p->scales || p->bias) {
        scale_and_bias(sums, p->scales ? p->scales + column : NULL, p->bias ? p->bias + column : NULL, rows);
    }
    int exact = p->rows - p->drafting;
    int from = greatest(first, exact), drafting = first + rows - from;
    if (p->rank > 0 && drafting > 0) {
        const uint8_t* up = p->up + panel * panel_bytes(p->upKind, p->rank);
        size_t source = p->sources ? (size_t)p->sources[panel] : 0;
        const float* ranks = p->ranks + (source * p->drafting + (size_t)(from - exact)) * p->rank;
        float_sums(adapterSums, ranks, drafting, p->rank, p->upKind, up, wide);
        add_scaled(sums + (from - first) * PANEL, adapterSums, p->upScales + column, drafting);
    }
}

/* y[n] = sums[n], or y[n] += sums[n], for n < width */
INLINE void write_row(const int add, float* y, const float* sums, int width) {
    if (width == PANEL) {
        UNROLL for (int n = 0; n < PANEL; n += LANES) {
            vf sum = vf_load(sums + n);
            if (add) {
                sum = vf_load(y + n) + sum;
            }
            vf_store(y + n, sum);
        }
        return;
    }
    for (int n = 0; n < width; n++) {
        y[n] = add ? y[n] + sums[n] : sums[n];
    }
}

INLINE void gate_row(float* gate, const float* up) {
    for (int n = 0; n < PANEL; n += LANES) {
        vf_store(gate + n, swish_gate(vf_load(gate + n), vf_load(up + n)));
    }
}

static void product(const struct Product* p) {
    float* sums = (float*)p->scratch;
    float* ups = (float*)(p->scratch + SUMS_BYTES);
    int gated = p->mode == MODE_SWIGLU;
    for (int panel = p->panel; panel < p->panel + p->count; panel += gated ? 2 : 1) {
        int column = (gated ? panel / 2 : panel) * PANEL;
        int width = least(PANEL, p->outputs - column);
        for (int first = 0; first < p->rows; first += ROW_BLOCK) {
            int rows = least(ROW_BLOCK, p->rows - first);
            panel_sums(p, sums, panel, first, rows);
            if (gated) {
                panel_sums(p, ups, panel + 1, first, rows);
            }
            float* y = p->y + (size_t)first * p->outputs + column;
            for (int r = 0; r < rows; r++, y += p->outputs) {
                if (gated) {
                    gate_row(sums + r * PANEL, ups + r * PANEL);
                }
                if (p->mode == MODE_ADD) {
                    write_row(1, y, sums + r * PANEL, width);
                } else {
                    write_row(0, y, sums + r * PANEL, width);
                }
            }
        }
    }
}
