/*
 * Tests of the native kernels without Java. `mvn -pl kernels test` runs them; by hand: see src/build/native-test.sh.
 * Expected values come from the loops in expected.c, which follow the headers of the kernels one scalar step after the
 * other and share no code with them. All comparisons are of bits; only one NaN is as good as another.
 */
#ifndef TIDAR_CHECK_H
#define TIDAR_CHECK_H

#include "kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int failures;
extern const struct Kernels* kernels; /* of the level under test */
extern const char* level_name;
extern int brief; /* fewer shapes, for an emulated processor */

/* Fails unless all values have the same bits, and says where the first difference is. */
void same(const float* actual, const float* expected, size_t count, const char* what);
void holds(int condition, const char* what);

/* Repeatable numbers. */
struct Random {
    uint64_t state;
};
uint32_t next_random(struct Random* random);
float uniform(struct Random* random); /* [-1, 1] */
int below(struct Random* random, int n);

/*
 * Memory between two pages that fault, with its end (or, every other time, its start) at one of them: nothing beyond
 * what the header of an operation says may be read or written. It holds 0xff bytes, which are NaN. Freed all together.
 */
void* guarded(size_t bytes);
void* guarded_copy(const void* from, size_t bytes);
void free_guarded(void);

float bf16_value(uint16_t bits);
uint16_t bf16_bits(float value);

/* A matrix as the test knows it, and as the level packs it. */
struct Matrix {
    int kind, outputs, inputs;
    float* weights; /* [outputs, inputs], without scales */
    float* scales;  /* [panels * 32] of int8; NULL otherwise */
    uint8_t* panels;
};
struct Matrix random_matrix(int kind, int outputs, int inputs, struct Random* random);
void pack(struct Matrix* matrix);
void free_matrix(struct Matrix* matrix);
int panels_of(int outputs);

/* expected.c */
float expected_exp(float value);
float expected_swish_gate(float gate, float up);
void expected_sums(float* sums, const float* x, int rows, const struct Matrix* w); /* [rows, outputs] */
void expected_rms_norm(float* y, const float* x, const float* gain, float epsilon, int columns);

void test_products(void);
void test_rows(void);
void test_attention(void);

#endif
