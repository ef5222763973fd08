/** JMH benchmarks of the CPU backend's verbs, on shapes of real models. */
@NullMarked
package dev.tidar.benchmark;

import org.jspecify.annotations.NullMarked;
