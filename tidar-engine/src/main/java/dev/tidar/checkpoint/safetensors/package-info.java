/** Safetensors files: headers that are checked before anything is mapped, and tensors by name. */
@NullMarked
package dev.tidar.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
