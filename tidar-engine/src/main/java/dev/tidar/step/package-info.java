/** The values of one step: what goes in, row by row, and what comes out. */
@NullMarked
package dev.tidar.step;

import org.jspecify.annotations.NullMarked;
