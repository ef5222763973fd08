/** Properties and beans of the routing chat model. */
@NullMarked
package dev.tidar.routing.autoconfigure;

import org.jspecify.annotations.NullMarked;
