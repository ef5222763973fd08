package dev.tidar.api;

/** Whether the CPU may compute with the native library of the artifact {@code tidar-kernels}. */
public enum NativeKernels {
    /** Where it has a library for this system and processor, with the Java kernels as the fallback. */
    AUTO,
    /** With the kernels in Java. */
    OFF
}
