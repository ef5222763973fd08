/** A chat model over several nodes: the engines of this application, and servers elsewhere. */
@NullMarked
package dev.tidar.routing;

import org.jspecify.annotations.NullMarked;
