/**
 * Reads model folders and validates them without trusting them: config.json, safetensors shards and the draft adapter.
 */
@NullMarked
package dev.tidar.checkpoint;

import org.jspecify.annotations.NullMarked;
