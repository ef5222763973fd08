package dev.tidar.kvcache;

import dev.tidar.file.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The key of a block in the prefix cache: a chained SHA-256 hash of everything that the keys and values of the block
 * depend on. The root of the chain covers the model and the salt; each further key covers the key before it and the
 * token ids of its own block.
 */
record BlockKey(long a, long b, long c, long d) {

    /** A hash function with a result of 32 bytes. */
    interface Digest {
        byte[] of(byte[] bytes);
    }

    static final Digest SHA_256 = bytes -> Digests.sha256().digest(bytes);

    /**
     * Returns the root of a chain. Each field is prefixed with its length, so that different lists of fields never give
     * the same bytes.
     */
    static BlockKey root(Digest digest, List<String> fields) {
        List<byte[]> encoded =
                fields.stream().map(f -> f.getBytes(StandardCharsets.UTF_8)).toList();
        byte[] bytes = new byte
                [encoded.stream().mapToInt(f -> Integer.BYTES + f.length).sum()];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        encoded.forEach(field -> buffer.putInt(field.length).put(field));
        return of(digest, bytes);
    }

    /** Returns the key of the block after this one. */
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
