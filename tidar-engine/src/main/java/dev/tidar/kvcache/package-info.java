/** Block ownership in the KV cache: the pool, the leases, and the prefix cache. This package depends on no device. */
@NullMarked
package dev.tidar.kvcache;

import org.jspecify.annotations.NullMarked;
