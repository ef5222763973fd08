/** Strict, bounded JSON and its fields by type, for files and requests alike. */
@NullMarked
package dev.tidar.json;

import org.jspecify.annotations.NullMarked;
