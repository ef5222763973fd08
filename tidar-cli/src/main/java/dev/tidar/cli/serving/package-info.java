/** Many requests at once: what a server sees of throughput, waiting and memory. */
@NullMarked
package dev.tidar.cli.serving;

import org.jspecify.annotations.NullMarked;
