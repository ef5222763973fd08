/** Records from texts: answers that keep to a schema. */
@NullMarked
package dev.tidar.sample.extract;

import org.jspecify.annotations.NullMarked;
