package dev.tidar.openai.autoconfigure;

/** A property is set whose library is not on the class path. */
final class MissingLibraryException extends RuntimeException {

    private final String property;
    private final String library;
    private final String artifact;

    /** @param artifact group and name of what to add */
    MissingLibraryException(String property, String library, String artifact) {
        super("%s needs %s, which is not on the class path".formatted(property, library));
        this.property = property;
        this.library = library;
        this.artifact = artifact;
    }

    String property() {
        return property;
    }

    String library() {
        return library;
    }

    String artifact() {
        return artifact;
    }
}
