/** What the nodes report: meters and health. */
@NullMarked
package dev.tidar.routing.observation;

import org.jspecify.annotations.NullMarked;
