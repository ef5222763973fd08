/** An embedding model that runs in this JVM, behind Spring AI's interface. */
@NullMarked
package dev.tidar.sample.embedding;

import org.jspecify.annotations.NullMarked;
