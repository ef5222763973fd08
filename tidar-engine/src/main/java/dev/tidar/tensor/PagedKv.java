package dev.tidar.tensor;

/** The KV cache of a model on a device, in blocks of a fixed size. Owned by the backend that made it. */
public interface PagedKv {

    KvGeometry geometry();

    /** The number of blocks. */
    int blocks();
}
