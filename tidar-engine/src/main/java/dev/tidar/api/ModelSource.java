package dev.tidar.api;

import java.nio.file.Path;
import java.util.Objects;

/** Where a model comes from: a folder, or a repository of a hub whose files are downloaded when they are needed. */
public sealed interface ModelSource permits ModelSource.Folder, HubModel {

    /** The name of the model, for reports and log lines. */
    String name();

    /**
     * Reads what a user writes.
     *
     * @param text {@code hf:organization/name}, {@code hf:organization/name@revision}, or the path of a folder
     * @throws IllegalArgumentException if the text begins with {@code hf:} and is no name, or is no path
     */
    static ModelSource of(String text) {
        return HubModel.isName(text) ? HubModel.of(text) : new Folder(Path.of(text));
    }

    /**
     * A folder on this machine.
     *
     * @param path folder with config.json, tokenizer.json and the safetensors files
     */
    record Folder(Path path) implements ModelSource {
        public Folder {
            Objects.requireNonNull(path, "path");
        }

        @Override
        public String name() {
            Path last = path.toAbsolutePath().normalize().getFileName();
            return last == null ? path.toString() : last.toString();
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }
}
