/** An interpreter for the chat templates of model folders: bounded, without reflection, without files. */
@NullMarked
package dev.tidar.text.jinja;

import org.jspecify.annotations.NullMarked;
