/** Models by name: found in the cache of the Hugging Face library, or downloaded into it. */
@NullMarked
package dev.tidar.hub;

import org.jspecify.annotations.NullMarked;
