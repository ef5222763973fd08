/** Tools that the model may call, and what bounds and shows their calls. */
@NullMarked
package dev.tidar.sample.tool;

import org.jspecify.annotations.NullMarked;
