/** Decides which sequences run in the next step, on the one thread that owns the device. */
@NullMarked
package dev.tidar.schedule;

import org.jspecify.annotations.NullMarked;
