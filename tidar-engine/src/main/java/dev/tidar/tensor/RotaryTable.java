package dev.tidar.tensor;

/** Sines and cosines of RoPE on a device, one row for each position. */
public interface RotaryTable {

    /** Positions it covers, from 0. */
    int positions();

    /** Width of the heads that it rotates. */
    int headDim();
}
