/** The end-to-end bench: the same prompts in every layout, side by side. */
@NullMarked
package dev.tidar.cli.bench;

import org.jspecify.annotations.NullMarked;
