/** The draft model: a second, smaller network that drafts for the first, with a cache of its own. */
@NullMarked
package dev.tidar.draft;

import org.jspecify.annotations.NullMarked;
