package dev.tidar.checkpoint.safetensors;

import dev.tidar.api.InvalidModelException;
import dev.tidar.file.Digests;
import dev.tidar.file.ForeignFormat;
import dev.tidar.file.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An open safetensors file. Opening it reads and checks the header; tensors are mapped when they are taken, so opening
 * costs no memory for weights. A mapping lives until the garbage collector finds it unused, even after {@link #close}.
 */
public final class SafetensorsFile implements AutoCloseable {

    /** The longest range that one mapping can cover on Java 17. */
    private static final long MAX_WINDOW_BYTES = Integer.MAX_VALUE;

    private static final int SAMPLE_BYTES = 4096;

    /** How much of a mapped tensor may be read before the file is checked for changes. */
    static final int CHECKED_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final long bytes;
    private final FileTime lastModified;
    private final byte[] header;
    private final Map<String, TensorEntry> tensors;

    private SafetensorsFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.bytes = channel.size();
        this.lastModified = Files.getLastModifiedTime(path);
        byte[] json = readHeader();
        this.tensors = SafetensorsHeader.parse(path, json, bytes).tensors();
        this.header = Digests.sha256().digest(json);
    }

    /**
     * Opens a file and checks its header against its length.
     *
     * @throws InvalidModelException if the file has another format, is damaged, or cannot be read
     */
    public static SafetensorsFile open(Path path) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new SafetensorsFile(path, channel);
            } catch (IOException | InvalidModelException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw Problem.unreadable(path, e);
        }
    }

    Path path() {
        return path;
    }

    Map<String, TensorEntry> tensors() {
        return tensors;
    }

    /** Fails if the length or the modification time of the file has changed since it was opened. */
    void requireUnchanged() {
        try {
            long now = Files.size(path);
            if (now != bytes || !Files.getLastModifiedTime(path).equals(lastModified)) {
                throw changed(now);
            }
        } catch (IOException e) {
            throw Problem.unreadable(path, e);
        }
    }

    InvalidModelException changed(long bytesNow) {
        return Problem.corrupt(
                path,
                "must not change while it is read, but did: %d bytes when it was opened, %d now; start again",
                bytes,
                bytesNow);
    }

    InvalidModelException changed() {
        try {
            return changed(Files.size(path));
        } catch (IOException e) {
            return Problem.unreadable(path, e);
        }
    }

    /**
     * Maps a tensor, read-only and little-endian, in windows of whole rows.
     *
     * @param rowBytes bytes of one row, at most {@link Integer#MAX_VALUE}
     * @return windows of {@link #rowsPerWindow} rows each; the last one may be shorter
     */
    List<ByteBuffer> map(TensorEntry tensor, long rowBytes) {
        requireUnchanged();
        long windowBytes = rowsPerWindow(rowBytes) * rowBytes;
        List<ByteBuffer> windows = new ArrayList<>();
        try {
            for (long begin = tensor.begin(); begin < tensor.end(); begin += windowBytes) {
                long length = Math.min(windowBytes, tensor.end() - begin);
                windows.add(channel.map(MapMode.READ_ONLY, begin, length).order(ByteOrder.LITTLE_ENDIAN));
            }
        } catch (IOException e) {
            throw Problem.unreadable(path, e);
        }
        return windows;
    }

    static int rowsPerWindow(long rowBytes) {
        return (int) Math.max(1, MAX_WINDOW_BYTES / Math.max(1, rowBytes));
    }

    /** The rows of so many bytes that may be read before the file is checked for changes; at least one. */
    public static int rowsPerCheck(long rowBytes) {
        return (int) Math.max(1, CHECKED_BYTES / Math.max(1, rowBytes));
    }

    /**
     * Adds to the digest what identifies this file: its name, its length, its header, and the bytes after a quarter,
     * after half and at the end. Two files that differ only elsewhere have the same digest.
     */
    void addTo(MessageDigest digest) {
        Digests.add(digest, path.getFileName().toString());
        Digests.add(digest, Long.toString(bytes));
        digest.update(header);
        for (long position : new long[] {bytes / 4, bytes / 2, bytes - SAMPLE_BYTES}) {
            digest.update(sample(Math.max(0, position)));
        }
    }

    private ByteBuffer sample(long position) {
        try {
            ByteBuffer sample = ByteBuffer.allocate((int) Math.min(SAMPLE_BYTES, bytes - position));
            readFully(sample, position);
            return sample.flip();
        } catch (IOException e) {
            throw Problem.unreadable(path, e);
        }
    }

    private byte[] readHeader() throws IOException {
        byte[] start = new byte[(int) Math.min(bytes, ForeignFormat.PREFIX_BYTES)];
        readFully(ByteBuffer.wrap(start), 0);
        if (bytes < SafetensorsHeader.LENGTH_BYTES) {
            throw Problem.corrupt(path, "header missing: %d of 8 bytes", bytes);
        }
        long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        boolean plausible = length >= 0
                && length <= SafetensorsHeader.MAX_BYTES
                && length <= bytes - SafetensorsHeader.LENGTH_BYTES
                && length > 0
                && start[SafetensorsHeader.LENGTH_BYTES] == '{';
        if (!plausible) {
            throw implausible(start, length);
        }
        ByteBuffer header = ByteBuffer.allocate((int) length);
        readFully(header, SafetensorsHeader.LENGTH_BYTES);
        return header.array();
    }

    /**
     * Other formats are detected only here, because the length of a valid header can look like the start of a pickle.
     */
    private InvalidModelException implausible(byte[] start, long length) {
        var foreign = ForeignFormat.detect(start);
        if (foreign.isPresent()) {
            return Problem.foreign(
                    path,
                    "must be a safetensors file, but this is %s",
                    foreign.get().description());
        }
        if (length == 0) {
            return Problem.corrupt(path, "header empty: its length is 0");
        }
        long swapped = Long.reverseBytes(length);
        if (swapped > 0 && swapped <= bytes - SafetensorsHeader.LENGTH_BYTES) {
            return Problem.corrupt(path, "header length must be little-endian, but is big-endian (%d)", swapped);
        }
        if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
            return Problem.corrupt(
                    path,
                    "header too large: %s bytes, limit 100,000,000; this is no safetensors file",
                    Long.toUnsignedString(length));
        }
        if (length > bytes - SafetensorsHeader.LENGTH_BYTES) {
            return Problem.corrupt(
                    path,
                    "header runs past end of file: %d bytes, the file has %d; the download was cut short",
                    length,
                    bytes);
        }
        return Problem.corrupt(
                path,
                "header must start with {, but starts with \"%s\"",
                Character.toString(start[SafetensorsHeader.LENGTH_BYTES] & 0xff));
    }

    private void readFully(ByteBuffer target, long position) throws IOException {
        while (target.hasRemaining()) {
            int read = channel.read(target, position + target.position());
            if (read < 0) {
                throw changed();
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw Problem.unreadable(path, e);
        }
    }
}
