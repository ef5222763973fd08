/** What a client is told when a request fails. */
@NullMarked
package dev.tidar.openai.error;

import org.jspecify.annotations.NullMarked;
