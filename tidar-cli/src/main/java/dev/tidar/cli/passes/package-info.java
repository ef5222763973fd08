/** The time of a forward by its number of rows, beside the bandwidth of the memory that its weights are read from. */
@NullMarked
package dev.tidar.cli.passes;

import org.jspecify.annotations.NullMarked;
