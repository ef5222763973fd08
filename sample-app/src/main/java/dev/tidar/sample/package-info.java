/** A chat over server-sent events, written as an application that uses the starter would be. */
@NullMarked
package dev.tidar.sample;

import org.jspecify.annotations.NullMarked;
