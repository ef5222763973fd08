package dev.tidar.sample.tool;

/**
 * A call of a tool and what came of it.
 *
 * @param arguments a JSON object
 * @param result what the model was told
 */
public record ToolUse(String name, String arguments, String result) {}
