package dev.tidar.text.jinja;

/**
 * A place in the source of a template.
 *
 * @param line counted from 1
 * @param column counted from 1, in UTF-16 code units
 */
public record Position(int line, int column) {}
