package dev.tidar.file;

import dev.tidar.api.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model folder, whose files are opened by plain names only. A name that comes from a file never leads out of the
 * folder, be it through separators, {@code ..} or a symbolic link. The one exception is the layout of the Hugging Face
 * cache, where {@code snapshots/<revision>/} holds links to {@code blobs/} beside it, which may link on to a store that
 * the models of a cache share.
 */
public record ModelFolder(Path path) {

    /** The file by which the Hugging Face library marks a folder as its store of shared blobs. */
    private static final String SHARED_STORE = ".huggingface-shared-blobs";

    public ModelFolder {
        if (Files.isRegularFile(path)) {
            throw Problem.foreign(
                    path,
                    "must be a folder with config.json and safetensors files, but is %s",
                    ForeignFormat.ofName(path.toString())
                            .map(ForeignFormat::description)
                            .orElse("a file"));
        }
        if (!Files.isDirectory(path)) {
            throw Problem.incomplete(
                    path, "must be a folder with config.json and safetensors files, but does not exist");
        }
    }

    /** Whether there is something of this name, be it no file or a link to nothing: then {@link #file} says so. */
    public boolean has(String name) {
        return Files.exists(named(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns the folder of this name inside this one, after checking that it lies here; empty if there is none. */
    public Optional<ModelFolder> subfolder(String name) {
        Path inside = named(name);
        if (!Files.isDirectory(inside)) {
            return Optional.empty();
        }
        requireInside(name, inside);
        return Optional.of(new ModelFolder(inside));
    }

    /**
     * Returns the file of this name: the one door through which files of a model folder are opened. What is not a
     * regular file (opening a pipe would wait for ever, and a device has no end) or lies elsewhere is rejected.
     */
    public Path file(String name) {
        requirePlain(name);
        Path file = named(name);
        if (!Files.isRegularFile(file)) {
            if (!has(name)) {
                throw Problem.incomplete(path, "%s is missing; download the complete model folder", name);
            }
            throw Problem.corrupt(path, "%s must be a file, but is %s", name, kind(file));
        }
        requireInside(name, file);
        return file;
    }

    /** The path of this name. A file may name what this system cannot, in its locale. */
    private Path named(String name) {
        try {
            return path.resolve(name);
        } catch (InvalidPathException e) {
            throw Problem.corrupt(path, "%s cannot be the name of a file here: %s", name, e.getReason());
        }
    }

    private static String kind(Path file) {
        if (Files.isDirectory(file)) {
            return "a folder";
        }
        return Files.exists(file) ? "a pipe, a socket or a device" : "a link to a file that does not exist";
    }

    private void requireInside(String name, Path inside) {
        try {
            Path real = inside.toRealPath();
            boolean allowed = real.startsWith(path.toRealPath()) || blobs().anyMatch(real::startsWith);
            if (!allowed) {
                throw Problem.corrupt(
                        path,
                        "%s must lie in this folder, but is a symbolic link that leaves it; copy the file here",
                        name);
            }
        } catch (IOException e) {
            throw Problem.unreadable(inside, e);
        }
    }

    /**
     * Returns the error for missing weights. It names a file of another format if there is one, because that is the
     * usual reason.
     */
    public InvalidModelException without(String weights) {
        try (Stream<Path> files = Files.list(path)) {
            Optional<ForeignFormat.Named> other =
                    ForeignFormat.firstOf(files.map(file -> file.getFileName().toString()));
            if (other.isPresent()) {
                return Problem.foreign(
                        path,
                        "has no %s, and %s is %s",
                        weights,
                        other.get().name(),
                        other.get().format().description());
            }
        } catch (IOException e) {
            return Problem.unreadable(path, e);
        }
        return Problem.incomplete(
                path, "%s is missing, and there is no index of shards; download the complete folder", weights);
    }

    private void requirePlain(String name) {
        boolean plain = !name.isEmpty()
                && name.length() <= 255
                && name.chars().noneMatch(c -> c < ' ' || c == 127 || c == '/' || c == '\\' || c == ':')
                && !name.equals(".")
                && !name.equals("..");
        if (!plain) {
            throw Problem.corrupt(path, "file names must be plain names inside this folder, but one is \"%s\"", name);
        }
    }

    /**
     * The blobs of the Hugging Face cache that this folder, or the one that it is in, is a snapshot of: those of the
     * model, and the store that newer versions of the library share among the models of a cache.
     */
    private Stream<Path> blobs() throws IOException {
        Path real = path.toRealPath();
        return Stream.of(Optional.of(real), Optional.ofNullable(real.getParent()))
                .flatMap(Optional::stream)
                .flatMap(revision -> Stream.ofNullable(revision.getParent()))
                .filter(snapshots -> snapshots.endsWith("snapshots"))
                .flatMap(snapshots -> Stream.ofNullable(snapshots.getParent()))
                .flatMap(model -> Stream.concat(
                        Stream.of(model.resolve("blobs")),
                        Stream.of(model.resolveSibling("blobs"))
                                .filter(store -> Files.isRegularFile(store.resolve(SHARED_STORE)))))
                .filter(Files::isDirectory);
    }
}
