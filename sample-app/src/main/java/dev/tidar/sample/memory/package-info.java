/** What the server remembers of conversations: bounded in number, size and age. */
@NullMarked
package dev.tidar.sample.memory;

import org.jspecify.annotations.NullMarked;
