package dev.tidar.file;

import dev.tidar.api.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model folder, whose files are opened by plain names only. A name that comes from a file never leads out of the
 * folder, be it through separators, {@code ..} or a symbolic link. The one exception is the layout of the Hugging Face
 * cache, where {@code snapshots/<revision>/} holds links to {@code blobs/} beside it.
 */
public record ModelFolder(Path path) {

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

    public boolean has(String name) {
        return Files.exists(path.resolve(name));
    }

    public Optional<ModelFolder> subfolder(String name) {
        Path inside = path.resolve(name);
        return Files.isDirectory(inside) ? Optional.of(new ModelFolder(inside)) : Optional.empty();
    }

    /** Returns the regular file of this name after checking that it lies in this folder. */
    public Path file(String name) {
        requirePlain(name);
        Path file = path.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw Problem.incomplete(path, "%s is missing; download the complete model folder", name);
        }
        try {
            if (!file.toRealPath().startsWith(root())) {
                throw Problem.corrupt(
                        path,
                        "%s must lie in this folder, but is a symbolic link that leaves it; copy the file here",
                        name);
            }
        } catch (IOException e) {
            throw Problem.unreadable(file, e);
        }
        return file;
    }

    /**
     * Returns the error for missing weights. It names a file of another format if there is one, because that is the
     * usual reason.
     */
    public InvalidModelException without(String weights) {
        try (Stream<Path> files = Files.list(path)) {
            Optional<String> other = files.map(file -> file.getFileName().toString())
                    .filter(name -> ForeignFormat.ofName(name).isPresent())
                    .sorted()
                    .findFirst();
            if (other.isPresent()) {
                return Problem.foreign(
                        path,
                        "has no %s, and %s is %s",
                        weights,
                        other.get(),
                        ForeignFormat.ofName(other.get()).orElseThrow().description());
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

    private Path root() throws IOException {
        Path real = path.toRealPath();
        Path parent = real.getParent();
        Path hubCache = parent != null && parent.endsWith("snapshots") ? parent.getParent() : null;
        return hubCache != null && Files.isDirectory(hubCache.resolve("blobs")) ? hubCache : real;
    }
}
