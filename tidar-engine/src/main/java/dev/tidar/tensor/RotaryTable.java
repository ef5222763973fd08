package dev.tidar.tensor;

/** Sines and cosines of RoPE on a device, one row for each position. */
public interface RotaryTable {

    /** The number of positions that it covers, from 0. */
    int positions();

    /** The width of the heads that it rotates, in elements. */
    int headDim();
}
