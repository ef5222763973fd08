/** Checks of the guide in docs: its examples, its page of properties, the messages that it quotes, its links. */
@NullMarked
package dev.tidar.guide;

import org.jspecify.annotations.NullMarked;
