package dev.tidar.backend.cuda.driver;

import java.util.Optional;

/**
 * A GPU as the driver describes it.
 *
 * @param ordinal number by which the driver knows it, from 0
 * @param name for example {@code NVIDIA H100 80GB HBM3}
 * @param memoryBytes all memory of the device
 * @param major first part of its compute capability
 * @param minor second part of its compute capability
 * @param multiprocessors streaming multiprocessors
 */
public record Gpu(int ordinal, String name, long memoryBytes, int major, int minor, int multiprocessors) {

    /**
     * Ampere, the first architecture with the bfloat16 tensor cores and asynchronous copies to shared memory that the
     * kernels use.
     */
    static final int MIN_MAJOR = 8;

    /** Why the kernels cannot run on it; empty where they can. */
    public Optional<String> unfit() {
        return major >= MIN_MAJOR
                ? Optional.empty()
                : Optional.of("%s has compute capability %d.%d, but %d.0 (Ampere) is the minimum"
                        .formatted(name, major, minor, MIN_MAJOR));
    }

    /** The name that {@code tidar.device} uses for it: {@code cuda:0}. */
    public String id() {
        return "cuda:" + ordinal;
    }
}
