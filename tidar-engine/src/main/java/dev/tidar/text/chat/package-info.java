/** From the messages of a conversation to a prompt: the chat template of a model folder, and what it cannot do. */
@NullMarked
package dev.tidar.text.chat;

import org.jspecify.annotations.NullMarked;
