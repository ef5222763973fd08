/** What verbs compute on, in the memory of a GPU: tensors, packed matrices, the KV cache, ids, and scratch. */
@NullMarked
package dev.tidar.backend.cuda.memory;

import org.jspecify.annotations.NullMarked;
