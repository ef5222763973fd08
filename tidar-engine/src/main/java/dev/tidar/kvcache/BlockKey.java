package dev.tidar.kvcache;

import dev.tidar.file.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a block of the prefix cache is found by: the SHA-256 of all that its keys and values depend on, as a chain. The
 * root covers model and salt, each further key the one before it and the token ids of its block.
 */
record BlockKey(long a, long b, long c, long d) {

    /** A function from bytes to 32 bytes. */
    interface Digest {
        byte[] of(byte[] bytes);
    }

    static final Digest SHA_256 = bytes -> Digests.sha256().digest(bytes);

    /** The root of a chain. Fields are prefixed with their length, so no two lists of fields give the same bytes. */
    static BlockKey root(Digest digest, List<String> fields) {
        List<byte[]> encoded =
                fields.stream().map(f -> f.getBytes(StandardCharsets.UTF_8)).toList();
        byte[] bytes = new byte
                [encoded.stream().mapToInt(f -> Integer.BYTES + f.length).sum()];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        encoded.forEach(field -> buffer.putInt(field.length).put(field));
        return of(digest, bytes);
    }

    /** The key of the block after this one. */
    BlockKey next(Digest digest, List<Integer> tokens) {
        byte[] bytes = new byte[4 * Long.BYTES + Integer.BYTES * tokens.size()];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        buffer.putLong(a).putLong(b).putLong(c).putLong(d);
        tokens.forEach(buffer::putInt);
        return of(digest, bytes);
    }

    private static BlockKey of(Digest digest, byte[] bytes) {
        ByteBuffer hash = ByteBuffer.wrap(digest.of(bytes));
        return new BlockKey(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
    }
}
