/* The definitions, step by step. Compile with -ffp-contract=off. */
#include "check.h"

float expected_exp(float value) {
    float x = value < -104.f ? -104.f : value;
    x = x > 89.f ? 89.f : x;
    float shifted = fmaf(x, 0x1.715476p0f, 0x1.8p23f);
    float n = shifted - 0x1.8p23f;
    float r = fmaf(n, -0x1.62e4p-1f, x);
    r = fmaf(n, -1.4286068e-6f, r);
    float p = 1.f / 5040;
    const float coefficients[] = {1.f / 720, 1.f / 120, 1.f / 24, 1.f / 6, 0.5f, 1.f, 1.f};
    for (int i = 0; i < 7; i++) {
        p = fmaf(p, r, coefficients[i]);
    }
    if (isnan(p)) {
        return p;
    }
    int whole = (int)n, half = whole >= 0 ? whole / 2 : -((1 - whole) / 2);
    return p * ldexpf(1.f, half) * ldexpf(1.f, whole - half);
}

float expected_swish_gate(float gate, float up) {
    float rest = 1.f + expected_exp(-gate);
    float silu = gate / rest;
    return silu * up;
}

/* The integers and the scale of a group of inputs. */
static float round_inputs(int* q, const float* x, int count) {
    float largest = 0.f;
    int finite = 1;
    for (int k = 0; k < count; k++) {
        q[k] = 0;
        finite &= isfinite(x[k]) != 0;
        largest = fabsf(x[k]) > largest ? fabsf(x[k]) : largest;
    }
    if (!finite) {
        return NAN;
    }
    if (largest == 0.f || isinf(127.f / largest)) {
        return 0.f;
    }
    float inverse = 127.f / largest;
    for (int k = 0; k < count; k++) {
        float product = x[k] * inverse;
        float value = nearbyintf(product);
        q[k] = value > 127.f ? 127 : value < -127.f ? -127 : (int)value;
    }
    return largest / 127.f;
}

static float int8_chain(const float* x, const float* w, int inputs) {
    float sum = 0.f;
    for (int first = 0; first < inputs; first += 64) {
        int count = inputs - first < 64 ? inputs - first : 64;
        int q[64], products = 0;
        float scale = round_inputs(q, x + first, count);
        for (int k = 0; k < count; k++) {
            products += q[k] * (int)w[first + k];
        }
        sum = fmaf((float)products, scale, sum);
    }
    return sum;
}

void expected_sums(float* sums, const float* x, int rows, const struct Matrix* w) {
    for (int r = 0; r < rows; r++) {
        for (int n = 0; n < w->outputs; n++) {
            const float *weights = w->weights + (size_t)n * w->inputs, *row = x + (size_t)r * w->inputs;
            float sum = 0.f;
            if (w->kind == KIND_INT8_BY_INT8) {
                sum = int8_chain(row, weights, w->inputs);
            } else {
                for (int k = 0; k < w->inputs; k++) {
                    sum = fmaf(row[k], weights[k], sum);
                }
            }
            sums[(size_t)r * w->outputs + n] = w->scales ? sum * w->scales[n] : sum;
        }
    }
}

void expected_rms_norm(float* y, const float* x, const float* gain, float epsilon, int columns) {
    float sums[16] = {0};
    for (int i = 0; i < columns; i++) {
        sums[i % 16] = fmaf(x[i], x[i], sums[i % 16]);
    }
    for (int half = 8; half > 0; half /= 2) {
        for (int t = 0; t < half; t++) {
            sums[t] = sums[t] + sums[t + half];
        }
    }
    float mean = sums[0] / (float)columns;
    float shifted = mean + epsilon;
    float factor = (float)(1. / sqrt((double)shifted));
    for (int i = 0; i < columns; i++) {
        float scaled = x[i] * factor;
        y[i] = scaled * gain[i];
    }
}
