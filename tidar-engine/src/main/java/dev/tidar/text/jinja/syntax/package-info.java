/** Parses the source of a template into nodes. */
@NullMarked
package dev.tidar.text.jinja.syntax;

import org.jspecify.annotations.NullMarked;
