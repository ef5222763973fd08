/** Strict JSON with limits, and access to its fields by type, for both files and requests. */
@NullMarked
package dev.tidar.json;

import org.jspecify.annotations.NullMarked;
