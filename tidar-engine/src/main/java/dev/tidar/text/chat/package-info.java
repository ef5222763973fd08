/**
 * Renders the messages of a conversation to a prompt: the chat template of a model folder, and a fallback for what it
 * lacks.
 */
@NullMarked
package dev.tidar.text.chat;

import org.jspecify.annotations.NullMarked;
