/**
 * The values of a template, which behave as in Python, with their operators and methods, and the budget that limits the
 * work on them.
 */
@NullMarked
package dev.tidar.text.jinja.value;

import org.jspecify.annotations.NullMarked;
