/**
 * Quantised checkpoints: a class a format, which turns the tensors of a linear layer into rows of floats. Nothing
 * outside this package knows which tensors a format has.
 */
@NullMarked
package dev.tidar.checkpoint.quantized;

import org.jspecify.annotations.NullMarked;
