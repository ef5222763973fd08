/**
 * Quantised checkpoints: a class a format, which turns the tensors of a linear layer into rows of floats. Nothing
 * outside this package knows of the formats.
 */
@NullMarked
package dev.tidar.checkpoint.quantized;

import org.jspecify.annotations.NullMarked;
