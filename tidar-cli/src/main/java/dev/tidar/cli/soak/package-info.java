/** A long run under mixed load, which checks that the process does not grow. */
@NullMarked
package dev.tidar.cli.soak;

import org.jspecify.annotations.NullMarked;
