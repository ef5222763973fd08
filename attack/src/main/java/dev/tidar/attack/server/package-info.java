/** Attacks on the sample as a running server. */
@NullMarked
package dev.tidar.attack.server;

import org.jspecify.annotations.NullMarked;
