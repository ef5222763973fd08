/**
 * The values of a template, as Python would have them, with their operators and methods, and the budget that pays for
 * them.
 */
@NullMarked
package dev.tidar.text.jinja.value;

import org.jspecify.annotations.NullMarked;
