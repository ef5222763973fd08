/** Conversations of several turns: how much of their prompts the prefix cache saves. */
@NullMarked
package dev.tidar.cli.chats;

import org.jspecify.annotations.NullMarked;
