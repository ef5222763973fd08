/** The command line: inspect a model, generate with it, measure it. */
@NullMarked
package dev.tidar.cli;

import org.jspecify.annotations.NullMarked;
