/** The attack suite: what runs, at what size, and the page of its figures. */
@NullMarked
package dev.tidar.attack;

import org.jspecify.annotations.NullMarked;
