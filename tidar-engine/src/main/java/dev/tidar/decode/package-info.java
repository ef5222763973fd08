/** The draft-and-verify loop, the layouts of its steps, and where a sequence ends. */
@NullMarked
package dev.tidar.decode;

import org.jspecify.annotations.NullMarked;
