/**
 * The arithmetic on an NVIDIA GPU: the CUDA driver through JCuda, memory of the device, launches of our kernels,
 * captured steps. The only package that knows JCuda, and within it only the classes whose names begin with
 * {@code JCuda}.
 */
@NullMarked
package dev.tidar.backend.cuda;

import org.jspecify.annotations.NullMarked;
