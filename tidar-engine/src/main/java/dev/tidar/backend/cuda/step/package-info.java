/**
 * Steps on a GPU: what differs between steps is one image in memory of the device, steps are padded to few shapes, and
 * the verbs of a shape are captured once and replayed.
 */
@NullMarked
package dev.tidar.backend.cuda.step;

import org.jspecify.annotations.NullMarked;
