/** The families of models: for each, a page that says what sets it apart from Llama. */
@NullMarked
package dev.tidar.checkpoint.family;

import org.jspecify.annotations.NullMarked;
