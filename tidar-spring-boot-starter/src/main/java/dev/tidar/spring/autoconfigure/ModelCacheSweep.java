package dev.tidar.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Removes from a model cache what nobody uses any more. Times are those of the file system alone: each start touches
 * the folder of its own version, and ages are counted from that.
 *
 * @param root the cache
 */
record ModelCacheSweep(Path root) {

    private static final Log log = LogFactory.getLog(ModelCacheSweep.class);

    /** No process needs longer than this for one file. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private static final Duration OUTDATED = Duration.ofDays(7);

    private static final String PARTIAL = "(unpacking|owner)-.*";

    /** What {@link ModelManifest#id} looks like; nothing else in a folder that the user has chosen is touched. */
    private static final String VERSION = "[0-9a-f]{32}";

    /** @param version the version that is in use now */
    void run(String version) {
        try {
            Instant now = touch(version);
            for (Path entry : entries()) {
                String name = entry.getFileName().toString();
                FileTime used = Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS);
                if (name.matches(PARTIAL) && used.toInstant().isBefore(now.minus(ABANDONED))) {
                    Files.deleteIfExists(entry);
                } else if (name.matches(VERSION)
                        && !name.equals(version)
                        && used.toInstant().isBefore(now.minus(OUTDATED))) {
                    log.info("Removing an unpacked model that nobody has used for a week: " + entry);
                    delete(entry);
                }
            }
        } catch (IOException e) {
            log.debug("The model cache cannot be swept", e);
        }
    }

    /** Marks the version as used, and returns the time that the file system has given it. */
    private Instant touch(String version) throws IOException {
        Path folder = root.resolve(version);
        Path mark = Files.createTempFile(root, "owner-", null);
        try {
            FileTime now = Files.getLastModifiedTime(mark);
            Files.setLastModifiedTime(folder, now);
            return now.toInstant();
        } finally {
            Files.delete(mark);
        }
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
