package dev.tidar.cli;

/** A command failed for a reason outside the engine. The message is one line for the user. */
final class CommandFailedException extends RuntimeException {

    CommandFailedException(String message) {
        super(message);
    }

    CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
