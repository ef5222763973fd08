package dev.tidar.spring.autoconfigure;

import org.jspecify.annotations.Nullable;

/** A model inside a jar cannot be unpacked: no room, no permission, or a folder that others can write to. */
final class ModelCacheException extends RuntimeException {

    ModelCacheException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
