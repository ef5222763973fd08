/** Sampling tokens and accepting drafts, as pure functions: what a device does, said in plain Java. */
@NullMarked
package dev.tidar.sampling;

import org.jspecify.annotations.NullMarked;
