/** The filters, tests and functions that every template can use. */
@NullMarked
package dev.tidar.text.jinja.library;

import org.jspecify.annotations.NullMarked;
