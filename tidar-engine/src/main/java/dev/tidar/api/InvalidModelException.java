package dev.tidar.api;

import dev.tidar.json.Quoted;
import org.jspecify.annotations.Nullable;

/**
 * A model folder that cannot be used. The message names the file and the field or tensor, what was found and what is
 * allowed. It has no control characters, and at most {@value Quoted#MAX_CHARACTERS} characters of a file.
 */
public final class InvalidModelException extends TidarException {

    /** What is wrong with the folder, for advice that fits. */
    public enum Fault {
        /** The folder or a file that belongs to it is missing. */
        INCOMPLETE,
        /** The file is not a checkpoint: a pickle, an archive, an HTML page, a pointer to large-file storage. */
        NOT_A_CHECKPOINT,
        /** The file is damaged, or contradicts itself or its neighbours. */
        CORRUPT,
        /** The file is valid, but this engine does not support it. */
        UNSUPPORTED,
        /** The folder is fine, but an option that was set contradicts it. */
        SETTING
    }

    private final Fault fault;

    public InvalidModelException(Fault fault, String message) {
        this(fault, message, null);
    }

    public InvalidModelException(Fault fault, String message, @Nullable Throwable cause) {
        super(Quoted.visible(message), cause);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
