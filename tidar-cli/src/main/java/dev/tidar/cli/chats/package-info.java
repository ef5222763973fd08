/** Conversations in turns: how much of their prompts the prefix cache spares. */
@NullMarked
package dev.tidar.cli.chats;

import org.jspecify.annotations.NullMarked;
