/** A long run under mixed load, and whether the process stays as large as it was. */
@NullMarked
package dev.tidar.cli.soak;

import org.jspecify.annotations.NullMarked;
