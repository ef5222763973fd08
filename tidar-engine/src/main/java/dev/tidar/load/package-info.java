/** Loads a model folder on a device, and checks requests against the model before they are queued. */
@NullMarked
package dev.tidar.load;

import org.jspecify.annotations.NullMarked;
