/** An engine whose answers a test writes, for tests of applications. */
@NullMarked
package dev.tidar.test;

import org.jspecify.annotations.NullMarked;
