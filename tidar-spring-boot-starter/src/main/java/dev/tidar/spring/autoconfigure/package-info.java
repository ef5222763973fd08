/** Settings under {@code tidar.*}, and the beans they make. */
@NullMarked
package dev.tidar.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
