/** The nodes of a parsed template, and the state of a rendering that they change. */
@NullMarked
package dev.tidar.text.jinja.tree;

import org.jspecify.annotations.NullMarked;
