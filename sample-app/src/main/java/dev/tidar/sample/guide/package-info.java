/** Retrieval over the guide of this project: its pages in passages, and an index of them in a file. */
@NullMarked
package dev.tidar.sample.guide;

import org.jspecify.annotations.NullMarked;
