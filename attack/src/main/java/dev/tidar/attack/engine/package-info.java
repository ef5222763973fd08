/** Attacks on the engine: model files, requests, schemas. */
@NullMarked
package dev.tidar.attack.engine;

import org.jspecify.annotations.NullMarked;
