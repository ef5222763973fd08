package dev.tidar.cli.bench;

import dev.tidar.api.Prompt;

/**
 * One prompt.
 *
 * @param name where it stands, for a message: never its text
 * @param prompt what to go on from
 */
public record NamedPrompt(String name, Prompt prompt) {}
