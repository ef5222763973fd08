/** The draft-and-verify loop: the layouts of its steps, where drafts come from, and what restricts tokens. */
@NullMarked
package dev.tidar.decode;

import org.jspecify.annotations.NullMarked;
