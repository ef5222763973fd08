package dev.tidar.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tidar.api.HubException;
import dev.tidar.api.HubException.Fault;
import dev.tidar.api.HubModel;
import dev.tidar.file.FileNames;
import dev.tidar.hub.HubClient.RemoteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One model in the cache of the Hugging Face library, in its layout, so that either finds what the other has
 * downloaded:
 *
 * <pre>
 * models--organization--name/blobs/HASH                    the files
 * models--organization--name/refs/REVISION                 the commit of a branch or a tag
 * models--organization--name/snapshots/COMMIT/FILE         links to blobs, or the files themselves
 * models--organization--name/tidar/COMMIT                  ours: the files of a snapshot that was seen whole
 * .locks/models--organization--name/HASH.lock
 * </pre>
 *
 * <p>A file appears under its name when it is complete, by an atomic move.
 */
final class HubCache {

    /** What the cache asks of a file system that not every file system has; tests put others in its place. */
    interface Disk {

        /** The file systems of this machine. */
        Disk REAL = new Disk() {
            @Override
            public void link(Path link, Path target) throws IOException {
                Files.createSymbolicLink(link, target);
            }

            @Override
            public long freeBytes(Path folder) throws IOException {
                return Files.getFileStore(folder).getUsableSpace();
            }
        };

        /**
         * Makes a symbolic link.
         *
         * @throws IOException if there can be none, for want of a privilege for instance
         * @throws UnsupportedOperationException if the file system has none
         */
        void link(Path link, Path target) throws IOException;

        long freeBytes(Path folder) throws IOException;
    }

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private final Path root;
    private final HubModel model;
    private final Disk disk;
    private final String folder;

    HubCache(Path root, HubModel model, Disk disk) {
        this.root = root;
        this.model = model;
        this.disk = disk;
        this.folder = "models--" + model.repository().replace("/", "--");
    }

    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /** The commit that the revision was when it was last looked up; empty if it never was. */
    Optional<String> commit() {
        if (isCommit(model.revision())) {
            return Optional.of(model.revision());
        }
        return text(ref()).filter(HubCache::isCommit);
    }

    /** The folder of a commit, which need not exist. */
    Path snapshot(String commit) {
        return place().resolve("snapshots").resolve(commit);
    }

    /** Whether all files that the engine needs of this commit are here, as an earlier download has made sure. */
    boolean isWhole(String commit) {
        return text(whole(commit))
                .filter(names -> !names.isBlank() && names.lines().allMatch(name -> has(commit, name)))
                .isPresent();
    }

    /** Whether the configuration and all weights of this commit are here; other files may be missing. */
    boolean isUsable(String commit) {
        if (!has(commit, FileNames.CONFIG)) {
            return false;
        }
        if (!NeededFiles.hasShards(name -> has(commit, name))) {
            return has(commit, FileNames.WEIGHTS);
        }
        return NeededFiles.shards(snapshot(commit).resolve(FileNames.SHARD_INDEX)).stream()
                .allMatch(shard -> has(commit, shard));
    }

    boolean has(String commit, String name) {
        return Files.isRegularFile(snapshot(commit).resolve(name));
    }

    /** Records what a revision is, and that the snapshot has all of these files. */
    void setWhole(String commit, List<String> files) {
        write(whole(commit), String.join("\n", files));
        if (!isCommit(model.revision())) {
            write(ref(), commit);
        }
    }

    /** Whether the content of a file is here, under whatever name. */
    boolean hasBlob(RemoteFile file) {
        return size(blob(file.hash())) == file.size();
    }

    /** The bytes that an earlier download of a file has left; 0 if there was none. */
    long partialBytes(ContentHash hash) {
        return Math.max(0, size(partial(hash)));
    }

    Path blob(ContentHash hash) {
        return place().resolve("blobs").resolve(hash.hex());
    }

    /**
     * The file that a blob is downloaded into. Its name is ours alone: on Linux the lock of the Hugging Face library
     * (flock) and that of Java (fcntl) do not see each other, so both may download one file at once, and only separate
     * files and the atomic move at the end keep them apart.
     */
    Path partial(ContentHash hash) {
        return place().resolve("blobs").resolve(hash.hex() + ".tidar.incomplete");
    }

    Path lock(ContentHash hash) {
        return root.resolve(".locks").resolve(folder).resolve(hash.hex() + ".lock");
    }

    /**
     * Puts a blob into a snapshot: as a relative link, or where there can be none by moving a new blob and copying an
     * old one, as the Hugging Face library does.
     */
    void link(String commit, RemoteFile file, boolean isNew) {
        Path pointer = snapshot(commit).resolve(file.name());
        Path blob = blob(file.hash());
        replace(pointer, beside -> linkOrCopy(beside, parent(pointer).relativize(blob), blob, isNew));
    }

    private void linkOrCopy(Path beside, Path target, Path blob, boolean isNew) throws IOException {
        try {
            disk.link(beside, target);
        } catch (IOException | UnsupportedOperationException noLinksHere) {
            if (isNew) {
                Files.move(blob, beside);
            } else {
                Files.copy(blob, beside);
            }
        }
    }

    /** The bytes that can still be written into the cache. */
    long freeBytes() {
        try {
            Files.createDirectories(place());
            return disk.freeBytes(place());
        } catch (IOException e) {
            throw unwritable(place(), e);
        }
    }

    HubException unwritable(Path file, IOException cause) {
        return new HubException(
                Fault.CACHE,
                "%s cannot be written into the cache: %s (%s); choose a cache with HF_HUB_CACHE that this user can write"
                        .formatted(model, file, cause),
                cause,
                Optional.empty());
    }

    private Path place() {
        return root.resolve(folder);
    }

    private Path ref() {
        return place().resolve("refs").resolve(model.revision());
    }

    private Path whole(String commit) {
        return place().resolve("tidar").resolve(commit);
    }

    /** The size of a file; -1 if there is none. */
    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    private static Path parent(Path file) {
        return Objects.requireNonNull(file.getParent(), "a file of the cache lies in a folder");
    }

    /** The text of a small file of the cache, if there is one. */
    private Optional<String> text(Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file, UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty(); // as if it had never been looked up: the hub is asked
        }
    }

    private void write(Path file, String text) {
        if (text(file).filter(text::equals).isEmpty()) { // the cache may be read-only
            replace(file, beside -> Files.writeString(beside, text, UTF_8));
        }
    }

    /** Makes a file beside another and moves it there; what fails on the way leaves nothing. */
    private void replace(Path file, Making making) {
        try {
            Path parent = parent(file);
            Files.createDirectories(parent);
            Path beside = parent.resolve(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
            try {
                making.at(beside);
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Makes a file, which is not there yet. */
    private interface Making {
        void at(Path file) throws IOException;
    }
}
