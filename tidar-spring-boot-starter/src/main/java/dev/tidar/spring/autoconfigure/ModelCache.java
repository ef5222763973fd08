package dev.tidar.spring.autoconfigure;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.io.Resource;

/**
 * Folder of unpacked models, {@code <root>/<id of the listing>/<name of the model>}.
 *
 * <p>A file gets its final name by an atomic move after its hash was checked. Every start checks the hashes again:
 * files that are missing or not as listed, after a crash or after temporary files were cleaned up, are unpacked again.
 * Processes that unpack at the same time do the same work twice and do no harm to each other. What killed starts left
 * is removed after an hour, and what other versions of the model left when nobody has started with it for a week.
 */
final class ModelCache {

    private static final Log log = LogFactory.getLog(ModelCache.class);

    private static final String OWNER_ONLY = "rwx------";

    private final Path root;
    private final boolean shared;

    private ModelCache(Path root, boolean shared) {
        this.root = root;
        this.shared = shared;
    }

    /** A cache in a folder that the user has set and trusts. */
    static ModelCache in(Path root) {
        return new ModelCache(root, false);
    }

    /**
     * A cache in a folder of this user under a directory in which others may write too. It is rejected unless it
     * belongs to this user and is closed to others, because another user could have created it with a different model.
     */
    static ModelCache underSharedDirectory(Path directory, String user) {
        return new ModelCache(directory.resolve("tidar-models-" + user.replaceAll("[^A-Za-z0-9._-]", "_")), true);
    }

    static ModelCache underTemporaryDirectory() {
        return underSharedDirectory(
                Path.of(System.getProperty("java.io.tmpdir")), System.getProperty("user.name", "user"));
    }

    /**
     * The folder with all files of the manifest; only missing ones are read and written.
     *
     * @param manifest names and hashes
     * @param name name of the model, and of the folder
     * @param source returns the file with a name
     * @throws InvalidModelException if a file of the manifest is missing or has another hash
     * @throws ModelCacheException if the cache cannot be written or is not private
     */
    Path unpack(ModelManifest manifest, String name, Function<String, Resource> source) {
        Path folder = root.resolve(manifest.id()).resolve(name);
        try {
            createOwnerOnly(root);
            if (shared) {
                requirePrivate();
            }
            List<String> missing = new ArrayList<>();
            for (Map.Entry<String, String> file : manifest.files().entrySet()) {
                if (!isAsListed(folder.resolve(file.getKey()), file.getValue())) {
                    missing.add(file.getKey());
                }
            }
            if (!missing.isEmpty()) {
                log.info("Unpacking %d files of %s into %s".formatted(missing.size(), manifest.location(), folder));
            }
            for (String file : missing) {
                unpack(source.apply(file), manifest, file, folder.resolve(file));
            }
            new ModelCacheSweep(root).run(manifest.id());
            return folder;
        } catch (IOException e) {
            throw new ModelCacheException(
                    "%s cannot be unpacked into %s (%s); set tidar.model-cache to a folder of this user with room for it"
                            .formatted(manifest.location(), folder, e),
                    e);
        }
    }

    /** Whether this is a file, and no link to one, with this hash. */
    private static boolean isAsListed(Path file, String hash) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        MessageDigest digest = ModelManifest.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest()).equals(hash);
    }

    private void unpack(Resource source, ModelManifest manifest, String file, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        Path partial = Files.createTempFile(root, "unpacking-", null);
        MessageDigest digest = ModelManifest.sha256();
        try {
            try (InputStream in = new DigestInputStream(source.getInputStream(), digest)) {
                Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            }
            String listed = Objects.requireNonNull(manifest.files().get(file), file);
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(listed)) {
                throw new InvalidModelException(
                        Fault.CORRUPT,
                        "%s/%s must have the SHA-256 %s of %s, but has %s"
                                .formatted(manifest.location(), file, listed, ModelLocation.LISTING, found));
            }
            move(partial, target, listed);
        } catch (FileNotFoundException e) {
            throw new InvalidModelException(
                    Fault.INCOMPLETE,
                    "%s/%s is listed in %s, but is not on the class path"
                            .formatted(manifest.location(), file, ModelLocation.LISTING),
                    e);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /**
     * Moves a complete file to its name. Windows does not replace a file that another process has mapped; such a file
     * is complete and has the same content.
     */
    private static void move(Path partial, Path target, String hash) throws IOException {
        try {
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!isAsListed(target, hash)) {
                throw e;
            }
        }
    }

    private static void createOwnerOnly(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Files.createDirectories(directory.toAbsolutePath().getParent());
        if (isPosix(directory)) {
            var permissions = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY));
            Files.createDirectories(directory, permissions);
        } else {
            Files.createDirectories(directory);
        }
    }

    private void requirePrivate() throws IOException {
        if (!isPosix(root)) {
            return;
        }
        Path mine = Files.createTempFile(root, "owner-", null);
        try {
            String permissions =
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(root, LinkOption.NOFOLLOW_LINKS));
            boolean own = Files.getOwner(root, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(mine));
            if (!own || !permissions.equals(OWNER_ONLY)) {
                throw new ModelCacheException(
                        ("the model cache %s must belong to this user and have the permissions %s, but %s has %s; set"
                                        + " tidar.model-cache to a folder of this user")
                                .formatted(
                                        root, OWNER_ONLY, own ? "it" : "it belongs to another user and", permissions),
                        null);
            }
        } finally {
            Files.delete(mine);
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
