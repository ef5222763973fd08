package dev.tidar.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write one blob, held by one download of all processes at a time. It keeps them from downloading the same
 * file twice; that no half file is seen does not depend on it.
 */
final class BlobLock implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BlobLock.class);

    /**
     * The locks that this JVM holds. A lock of the system belongs to the process, and closing any channel of the file
     * gives it up, so that a second channel must not even be opened.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Optional<FileChannel> channel;

    private BlobLock(Path file, Optional<FileChannel> channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Waits for the lock, however long another download takes.
     *
     * @throws IOException if the file of the lock cannot be created
     */
    static BlobLock take(Path lockFile, Stop stop) throws IOException {
        Path file = lockFile.toAbsolutePath().normalize();
        Files.createDirectories(Objects.requireNonNull(file.getParent(), "a lock lies in a folder"));
        Optional<BlobLock> lock = tryTake(file);
        if (lock.isEmpty()) {
            log.info("Waiting for another download of the same file, which holds {}", file);
        }
        while (lock.isEmpty()) {
            stop.pause(Stop.TICK);
            lock = tryTake(file);
        }
        return lock.get();
    }

    private static Optional<BlobLock> tryTake(Path file) throws IOException {
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        boolean taken = false;
        try {
            Optional<BlobLock> lock = ofSystem(file);
            taken = lock.isPresent();
            return lock;
        } finally {
            if (!taken) {
                HELD.remove(file);
            }
        }
    }

    private static Optional<BlobLock> ofSystem(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new BlobLock(file, Optional.of(channel)));
            }
        } catch (OverlappingFileLockException e) {
            log.debug("This JVM has loaded these classes twice, and the others hold {}", file, e);
        } catch (IOException e) {
            channel.close();
            log.warn(
                    "The file system of {} has no locks ({}), so that two processes may download the same file",
                    file,
                    e);
            return Optional.of(new BlobLock(file, Optional.empty()));
        }
        channel.close();
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        try {
            if (channel.isPresent()) {
                channel.get().close();
            }
        } finally {
            HELD.remove(file);
        }
    }
}
