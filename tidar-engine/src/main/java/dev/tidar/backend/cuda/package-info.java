/** The verbs on an NVIDIA GPU: which kernels they launch, on what memory and with what arguments. */
@NullMarked
package dev.tidar.backend.cuda;

import org.jspecify.annotations.NullMarked;
