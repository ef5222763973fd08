/** The network, written once against the verbs of a backend. */
@NullMarked
package dev.tidar.model;

import org.jspecify.annotations.NullMarked;
