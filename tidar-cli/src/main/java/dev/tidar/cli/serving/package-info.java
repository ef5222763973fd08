/** Many requests at once: throughput, latency and memory as a server sees them. */
@NullMarked
package dev.tidar.cli.serving;

import org.jspecify.annotations.NullMarked;
