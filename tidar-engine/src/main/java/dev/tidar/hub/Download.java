package dev.tidar.hub;

import dev.tidar.api.HubException;
import dev.tidar.api.HubException.Fault;
import dev.tidar.hub.HubClient.RemoteFile;
import dev.tidar.json.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Brings one file from the hub into the cache. What an earlier download has left is continued, and the whole is checked
 * against the hash that the hub gives before anybody sees it.
 */
final class Download {

    /** Bytes after which a failure is not counted together with those before. */
    private static final int PROGRESS_BYTES = 1 << 20;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\\*)");

    private final HubClient client;
    private final HubCache cache;
    private final String commit;
    private final RemoteFile file;
    private final DownloadProgress progress;
    private final Retries retries;
    private final Path partial;

    /** @param commit the snapshot that the file belongs to */
    Download(
            HubClient client,
            HubCache cache,
            String commit,
            RemoteFile file,
            DownloadProgress progress,
            Retries retries) {
        this.client = client;
        this.cache = cache;
        this.commit = commit;
        this.file = file;
        this.progress = progress;
        this.retries = retries;
        this.partial = cache.partial(file.hash());
    }

    /**
     * Puts the file into the snapshot, downloading it unless another download has.
     *
     * @throws HubException if it cannot be downloaded, or the cache cannot be written
     */
    void run(Stop stop) {
        try {
            BlobLock lock = BlobLock.take(cache.lock(file.hash()), stop);
            try {
                store();
            } finally {
                lock.close();
            }
        } catch (IOException e) {
            throw cache.unwritable(partial, e);
        }
    }

    private void store() throws IOException {
        boolean isNew = !cache.hasBlob(file);
        if (isNew) {
            Files.createDirectories(Objects.requireNonNull(partial.getParent(), "a blob lies in a folder"));
            retries.run(this::attempt);
            requireSize();
            Files.move(
                    partial,
                    cache.blob(file.hash()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        cache.link(commit, file, isNew);
        progress.completed(file);
    }

    /** Downloads what is missing and checks the whole. */
    private void attempt() {
        if (cache.partialBytes(file.hash()) > file.size()) {
            discard();
        }
        long kept = cache.partialBytes(file.hash());
        MessageDigest digest = file.hash().digest(file.size());
        digestPartial(digest, kept);
        if (kept > 0 && kept == file.size()) {
            check(digest, true);
            return;
        }
        try (Answer answer = client.open(commit, file.name(), kept)) {
            boolean continues = answer.status() == 206;
            if (!continues) {
                discard();
                digest = file.hash().digest(file.size());
            }
            requireLength(answer, continues ? kept : 0);
            long end = append(answer, continues ? kept : 0, digest);
            if (end < file.size()) {
                throw brokenOff(end, "", null);
            }
            check(digest, continues);
        }
    }

    /**
     * Writes the bytes of an answer where they belong in the file. On a file system whose locks do not lock, another
     * process may write there too: then both write the same bytes to the same places.
     */
    private long append(Answer answer, long start, MessageDigest digest) {
        long end = start;
        long position = start;
        try (FileChannel out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Optional<List<ByteBuffer>> some = next(answer, end);
            while (some.isPresent()) {
                for (ByteBuffer bytes : some.get()) {
                    if (end + bytes.remaining() > file.size()) {
                        discard();
                        throw wrongLength("more");
                    }
                    end += bytes.remaining();
                    digest.update(bytes.duplicate());
                    while (bytes.hasRemaining()) {
                        position += out.write(bytes, position);
                    }
                }
                if (end - start >= PROGRESS_BYTES) {
                    retries.progressed();
                }
                progress.at(file, end);
                some = next(answer, end);
            }
            out.force(true);
            return end;
        } catch (IOException e) {
            throw cache.unwritable(partial, e);
        }
    }

    /** The next bytes of an answer; its failures are those of the connection, not of the disk. */
    private Optional<List<ByteBuffer>> next(Answer answer, long end) {
        try {
            return answer.body().next();
        } catch (IOException e) {
            throw brokenOff(end, " (%s)".formatted(e.getMessage()), e);
        }
    }

    /** Adds what an earlier download has left. */
    private void digestPartial(MessageDigest digest, long bytes) {
        if (bytes == 0) {
            return;
        }
        try (InputStream in = Files.newInputStream(partial)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        } catch (IOException e) {
            throw cache.unwritable(partial, e);
        }
    }

    /** The answer must be of the length that the hub has given for the file. */
    private void requireLength(Answer answer, long from) {
        if (answer.status() == 416) {
            throw brokenOff(0, " (416)", null);
        }
        if (answer.status() == 206) {
            String range = answer.header("content-range").orElse("");
            Matcher parts = CONTENT_RANGE.matcher(range);
            boolean asked = parts.matches()
                    && Long.parseLong(parts.group(1)) == from
                    && (parts.group(2).equals("*") || Long.parseLong(parts.group(2)) == file.size());
            if (!asked) {
                discard();
                throw wrongLength("the range \"%s\" for bytes from %d on".formatted(Quoted.of(range), from));
            }
            return;
        }
        OptionalLong length = answer.number("content-length");
        if (length.isPresent() && length.getAsLong() != file.size()) {
            throw wrongLength("%d bytes".formatted(length.getAsLong()));
        }
    }

    /** A wrong hash where two downloads were joined may be the fault of the first; then all is downloaded anew. */
    private void check(MessageDigest digest, boolean joined) {
        if (file.hash().isOf(digest)) {
            return;
        }
        discard();
        String what = "%s: what came has not the hash %s that the hub gives"
                .formatted(file.name(), file.hash().hex());
        if (joined) {
            throw new HubException(Fault.UNREACHABLE, what + "; it was joined of two downloads, and begins anew");
        }
        throw new HubException(
                Fault.WRONG_ANSWER,
                what + "; check HF_ENDPOINT and what lies between (a proxy, a virus scanner), and try again");
    }

    /** The whole was checked as it came; this checks that it is also what lies on the disk. */
    private void requireSize() {
        long found = cache.partialBytes(file.hash());
        if (found != file.size()) {
            throw new HubException(
                    Fault.CACHE,
                    "%s was downloaded, but its file in the cache has %d of %d bytes: another process writes there; try again"
                            .formatted(file.name(), found, file.size()));
        }
    }

    private HubException brokenOff(long end, String reason, @Nullable IOException cause) {
        return new HubException(
                Fault.UNREACHABLE,
                "%s: the connection ended after %d of %d bytes%s; what came is kept, so try again"
                        .formatted(file.name(), end, file.size(), reason),
                cause,
                Optional.empty());
    }

    private HubException wrongLength(String found) {
        return new HubException(
                Fault.WRONG_ANSWER,
                "%s must have the %d bytes that the hub gives, but the answer has %s; check HF_ENDPOINT and what lies between"
                        .formatted(file.name(), file.size(), found));
    }

    private void discard() {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            throw cache.unwritable(partial, e);
        }
    }
}
