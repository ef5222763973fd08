package dev.tidar.cli.bench;

import dev.tidar.api.Prompt;

/**
 * One prompt.
 *
 * @param name file and line, for messages: never its text
 * @param prompt the prompt
 */
public record NamedPrompt(String name, Prompt prompt) {}
