/**
 * The code that backends share when they pack weights: the choice of the type, the order of the rows, and the
 * quantiser.
 */
@NullMarked
package dev.tidar.backend.weights;

import org.jspecify.annotations.NullMarked;
