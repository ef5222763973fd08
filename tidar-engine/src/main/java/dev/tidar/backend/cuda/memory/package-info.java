/**
 * The data that verbs compute on, in device memory: tensors, packed matrices, the KV cache, ids, and scratch memory.
 */
@NullMarked
package dev.tidar.backend.cuda.memory;

import org.jspecify.annotations.NullMarked;
