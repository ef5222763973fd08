/** The arithmetic of one device, as about a dozen verbs. */
@NullMarked
package dev.tidar.backend;

import org.jspecify.annotations.NullMarked;
