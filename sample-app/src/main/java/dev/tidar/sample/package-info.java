/** A chat over server-sent events: an example of an application that uses the starter. */
@NullMarked
package dev.tidar.sample;

import org.jspecify.annotations.NullMarked;
