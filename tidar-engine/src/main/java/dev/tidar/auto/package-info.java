/** Mode auto: it measures the cost of forwards and chooses the layout that yields most tokens per second. */
@NullMarked
package dev.tidar.auto;

import org.jspecify.annotations.NullMarked;
