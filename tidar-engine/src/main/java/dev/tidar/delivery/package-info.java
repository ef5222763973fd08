/**
 * What leaves the engine besides results: calls of listeners, which run on threads of their own, and log lines that
 * would otherwise repeat at every step.
 */
@NullMarked
package dev.tidar.delivery;

import org.jspecify.annotations.NullMarked;
