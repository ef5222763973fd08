/**
 * Steps on a GPU: everything that differs between steps is one image in device memory, steps are padded to few shapes,
 * and the verbs of a shape are captured once and replayed.
 */
@NullMarked
package dev.tidar.backend.cuda.step;

import org.jspecify.annotations.NullMarked;
