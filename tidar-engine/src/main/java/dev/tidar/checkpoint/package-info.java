/** Reads model folders and distrusts them: config.json, safetensors shards, the draft adapter. */
@NullMarked
package dev.tidar.checkpoint;

import org.jspecify.annotations.NullMarked;
