/** The machinery of the CPU backend: plain loops that say what each verb means, and their SIMD twins. */
@NullMarked
package dev.tidar.backend.cpu;

import org.jspecify.annotations.NullMarked;
