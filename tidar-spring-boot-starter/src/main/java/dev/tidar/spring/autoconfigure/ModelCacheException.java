package dev.tidar.spring.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * A model inside a jar cannot be unpacked, because there is no room or no permission, or because others can write to
 * the folder.
 */
final class ModelCacheException extends RuntimeException {

    ModelCacheException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
