package dev.tidar.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tidar.file.Digests;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The hash by which a hub knows the content of a file, and by which the cache names its blob: the SHA-256 of a file in
 * large-file storage, else the SHA-1 of a Git blob.
 *
 * @param hex 64 or 40 lower-case hexadecimal digits
 */
record ContentHash(String hex) {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");

    ContentHash {
        if (!SHA256.matcher(hex).matches() && !SHA1.matcher(hex).matches()) {
            throw new IllegalArgumentException("must have 64 or 40 hexadecimal digits");
        }
    }

    /** The hash that an ETag holds, weak or strong; empty if it holds none. */
    static Optional<ContentHash> ofEtag(String etag) {
        String hex = etag.replaceFirst("^W/", "").replace("\"", "").strip().toLowerCase(Locale.ROOT);
        return SHA256.matcher(hex).matches() || SHA1.matcher(hex).matches()
                ? Optional.of(new ContentHash(hex))
                : Optional.empty();
    }

    /**
     * A digest that gives this hash once it has seen the content.
     *
     * @param size bytes of the content; a Git blob begins with it
     */
    MessageDigest digest(long size) {
        if (hex.length() == 64) {
            return Digests.sha256();
        }
        MessageDigest digest = sha1();
        digest.update(("blob " + size).getBytes(US_ASCII));
        digest.update((byte) 0);
        return digest;
    }

    boolean isOf(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).equals(hex);
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
