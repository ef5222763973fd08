/**
 * An interpreter for the chat templates of model folders. It has limits on its work and no access to reflection or
 * files.
 */
@NullMarked
package dev.tidar.text.jinja;

import org.jspecify.annotations.NullMarked;
