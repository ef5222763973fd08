/*
 * packPanel: one panel of 32 outputs from their rows.   readRow: y[k] = w[row][k] * scales[row] * factor
 *
 *   name    shape         dtype  meaning
 *   panel   layout.h      kind   written whole, the fill included
 *   rows    [32, inputs]  kind   f32 for KIND_F32, bf16 for KIND_BF16, int8 for the others
 *   y       [inputs]      f32    one output of the matrix
 *   panels  layout.h      kind   the first panel
 *   scales  [32 panels]   f32    of int8; null otherwise
 *
 * Numerics  packing keeps bits; reading rounds one product for int8.
 * Oracle    PackedMatrix.writer and PackedMatrix.readRow.
 * Cost      packing moves bytes; a panel is written in order. Reading takes one element of each input's line.
 */
#include "layout.h"

INLINE void pack_words(uint32_t* panel, const uint32_t* rows, int inputs) {
    for (int k = 0; k < inputs; k++) {
        for (int n = 0; n < PANEL; n++) {
            panel[(size_t)k * PANEL + n] = rows[(size_t)n * inputs + k];
        }
    }
}

INLINE void pack_pairs(uint32_t* panel, const uint16_t* rows, int inputs) {
    for (int k = 0; k < inputs; k++) {
        for (int n = 0; n < HALF; n++) {
            uint32_t low = rows[(size_t)n * inputs + k];
            uint32_t high = rows[(size_t)(n + HALF) * inputs + k];
            panel[(size_t)k * HALF + n] = low | high << 16;
        }
    }
}

INLINE void pack_bytes(uint8_t* panel, const uint8_t* rows, int inputs) {
    for (int k = 0; k < inputs; k++) {
        for (int n = 0; n < PANEL; n++) {
            panel[(size_t)k * PANEL + n] = rows[(size_t)n * inputs + k];
        }
    }
}

INLINE void pack_steps(uint8_t* panel, const uint8_t* rows, int inputs) {
    uint8_t* to = panel;
    for (int first = 0; first < inputs; first += GROUP) {
        for (int half = 0; half < PANEL; half += HALF) {
            for (int k = first; k < first + GROUP; k += STEP) {
                for (int n = half; n < half + HALF; n++) {
                    const uint8_t* from = rows + (size_t)n * inputs + k;
                    for (int i = 0; i < STEP; i++) {
                        *to++ = (uint8_t)((k + i < inputs ? from[i] : 0) ^ UNSIGNED_BIT);
                    }
                }
            }
        }
    }
}

static void packPanel(uint8_t* panel, int kind, const void* rows, int inputs) {
    switch (kind) {
    case KIND_F32:
        pack_words((uint32_t*)panel, rows, inputs);
        break;
    case KIND_BF16:
        pack_pairs((uint32_t*)panel, rows, inputs);
        break;
    case KIND_INT8:
        pack_bytes(panel, rows, inputs);
        break;
    default:
        pack_steps(panel, rows, inputs);
    }
}

static void readRow(float* y, int kind, const uint8_t* panels, const float* scales, int inputs, int row, float factor) {
    const uint8_t* panel = panels + row / PANEL * panel_bytes(kind, inputs);
    int n = row % PANEL;
    switch (kind) {
    case KIND_F32:
        for (int k = 0; k < inputs; k++) {
            y[k] = ((const float*)panel)[(size_t)k * PANEL + n];
        }
        break;
    case KIND_BF16:
        for (int k = 0; k < inputs; k++) {
            uint32_t pair = ((const uint32_t*)panel)[(size_t)k * HALF + n % HALF];
            y[k] = float_of_bits(n < HALF ? pair << 16 : pair & 0xffff0000);
        }
        break;
    case KIND_INT8:
        for (int k = 0; k < inputs; k++) {
            y[k] = (float)((const int8_t*)panel)[(size_t)k * PANEL + n] * scales[row];
        }
        break;
    default:
        for (int k = 0; k < inputs; k++) {
            y[k] = (float)(int8_t)(panel[interleaved(k, n)] ^ UNSIGNED_BIT) * scales[row];
        }
    }
    for (int k = 0; k < inputs; k++) {
        y[k] = y[k] * factor;
    }
}
