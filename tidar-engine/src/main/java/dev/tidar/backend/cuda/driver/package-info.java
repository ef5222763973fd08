/**
 * The CUDA driver through JCuda: finding GPUs, a context with one stream, memory, launches of our kernels, captured
 * work. Only classes whose names begin with {@code JCuda} name JCuda's; to all others an address is a number.
 */
@NullMarked
package dev.tidar.backend.cuda.driver;

import org.jspecify.annotations.NullMarked;
