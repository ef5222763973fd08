/** The one way in: load a TiDAR model, submit requests, close. */
@NullMarked
package dev.tidar;

import org.jspecify.annotations.NullMarked;
