/** Compiles JSON schemas to rules. */
@NullMarked
package dev.tidar.text.grammar.schema;

import org.jspecify.annotations.NullMarked;
