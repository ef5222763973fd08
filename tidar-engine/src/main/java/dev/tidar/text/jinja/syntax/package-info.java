/** From the source of a template to its nodes. */
@NullMarked
package dev.tidar.text.jinja.syntax;

import org.jspecify.annotations.NullMarked;
