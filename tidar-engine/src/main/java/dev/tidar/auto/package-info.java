/** What mode auto does: measures what forwards cost, and chooses the layout that yields most tokens per second. */
@NullMarked
package dev.tidar.auto;

import org.jspecify.annotations.NullMarked;
