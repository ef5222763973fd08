package dev.tidar.tensor;

/** All KV memory of a model on a device, in fixed blocks. Owned by the backend that made it. */
public interface PagedKv {

    KvGeometry geometry();

    /** Blocks it has. */
    int blocks();
}
