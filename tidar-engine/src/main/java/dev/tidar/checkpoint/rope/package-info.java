/** Rotary position embeddings as config.json asks for them. */
@NullMarked
package dev.tidar.checkpoint.rope;

import org.jspecify.annotations.NullMarked;
