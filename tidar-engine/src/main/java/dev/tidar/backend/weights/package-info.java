/** What the backends share when they pack weights: the type, the order of the rows, the quantiser. */
@NullMarked
package dev.tidar.backend.weights;

import org.jspecify.annotations.NullMarked;
