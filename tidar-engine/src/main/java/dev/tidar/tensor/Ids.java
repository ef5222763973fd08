package dev.tidar.tensor;

/** Integers on a device: row numbers, token ids, counts. Owned by the backend that made it. */
public interface Ids {

    /** Stands where there is no row and no token. */
    int NONE = -1;

    /** Integers it has room for. */
    int capacity();
}
