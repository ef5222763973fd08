package dev.tidar.cli.bench;

import dev.tidar.api.Decoding;

/**
 * One row of the report.
 *
 * @param name as the report shows it
 * @param decoding as a request sets it
 */
public record Layout(String name, Decoding decoding) {}
