package dev.tidar.tensor;

/** Integers on a device: row numbers, token ids, counts. Owned by the backend that made them. */
public interface Ids {

    /** The value that stands for no row and no token. */
    int NONE = -1;

    /** The number of integers that it has room for. */
    int capacity();
}
