/**
 * The kernels and memory of the CPU backend: plain loops that define what each verb means, and their SIMD counterparts.
 */
@NullMarked
package dev.tidar.backend.cpu;

import org.jspecify.annotations.NullMarked;
