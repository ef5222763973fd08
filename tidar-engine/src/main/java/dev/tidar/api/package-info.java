/** What crosses the border of the engine: options, requests, results, errors. No behaviour. */
@NullMarked
package dev.tidar.api;

import org.jspecify.annotations.NullMarked;
