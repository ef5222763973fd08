/** The body of a request, read strictly. */
@NullMarked
package dev.tidar.openai.request;

import org.jspecify.annotations.NullMarked;
