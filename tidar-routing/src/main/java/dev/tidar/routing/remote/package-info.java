/** Nodes on other machines, which speak OpenAI's API. */
@NullMarked
package dev.tidar.routing.remote;

import org.jspecify.annotations.NullMarked;
