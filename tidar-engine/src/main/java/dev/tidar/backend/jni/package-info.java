/**
 * The CPU through C kernels, which are bound by JNI: native memory, the packing of weights, and the calls of the
 * library. The plain loops of {@code dev.tidar.backend.cpu} define what each call computes.
 */
@NullMarked
package dev.tidar.backend.jni;

import org.jspecify.annotations.NullMarked;
