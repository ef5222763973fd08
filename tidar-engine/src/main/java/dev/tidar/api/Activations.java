package dev.tidar.api;

/**
 * What the CPU multiplies int8 weights by. Answers of the two differ as those of two roundings of one model do; within
 * each, every mode emits what autoregressive decoding emits.
 */
public enum Activations {
    /** INT8 where native kernels run, FLOAT elsewhere. */
    AUTO,
    /** Rounded while decoding, with one scale for 64 inputs of a row. Faster where native kernels run. */
    INT8,
    /** As they are. */
    FLOAT
}
