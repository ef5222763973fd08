package dev.tidar.api;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Memory for keys and values.
 *
 * @param bytes memory set aside at load; empty is a part of what the device has free
 * @param type element type of keys and values
 * @param reuse whether blocks of ended sequences are kept for prompts with the same beginning
 * @param expireAfter time after which a kept block that was not used is dropped
 */
public record KvCacheOptions(OptionalLong bytes, Type type, boolean reuse, Duration expireAfter) {

    public static final KvCacheOptions DEFAULT =
            new KvCacheOptions(OptionalLong.empty(), Type.F32, true, Duration.ofHours(1));

    public KvCacheOptions {
        if (bytes.orElse(1) < 1) {
            throw new IllegalArgumentException("KV cache bytes must be positive, but are " + bytes.getAsLong());
        }
        if (expireAfter.isNegative() || expireAfter.isZero()) {
            throw new IllegalArgumentException("KV cache expiry must be positive, but is " + expireAfter);
        }
        expireAfter = Durations.saturated(expireAfter);
    }

    /** Element types of keys and values. */
    public enum Type {
        /** 32 bits a value; a GPU with bfloat16 arithmetic keeps bfloat16 all the same. */
        F32,
        /** Half the memory; keys and values are rounded, so tokens may differ from those of F32. */
        BF16
    }

    public KvCacheOptions withBytes(long size) {
        return new KvCacheOptions(OptionalLong.of(size), type, reuse, expireAfter);
    }

    public KvCacheOptions withType(Type element) {
        return new KvCacheOptions(bytes, element, reuse, expireAfter);
    }

    public KvCacheOptions withReuse(boolean keep) {
        return new KvCacheOptions(bytes, type, keep, expireAfter);
    }

    public KvCacheOptions withExpireAfter(Duration idle) {
        return new KvCacheOptions(bytes, type, reuse, idle);
    }
}
