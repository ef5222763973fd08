/** How an engine gets on with its work: what its steps took and gave, and when the last one ended. */
@NullMarked
package dev.tidar.activity;

import org.jspecify.annotations.NullMarked;
