/** Who owns which block of KV memory. Knows no device. */
@NullMarked
package dev.tidar.kvcache;

import org.jspecify.annotations.NullMarked;
