package dev.tidar.spring.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model under {@code tidar.models} cannot be set up or loaded. Its cause is what a single model would fail with. */
final class NamedModelException extends RuntimeException {

    /** Where the name of a property begins, and not a part of a path or another value. */
    private static final Pattern PROPERTY = Pattern.compile("(?<![\\w./=-])tidar\\.(?!models\\b)(?=[a-z-])");

    private final String prefix;

    /** @param prefix where the properties of the model begin */
    NamedModelException(String prefix, Throwable cause) {
        super(underPrefix(prefix, String.valueOf(cause.getMessage())), cause);
        this.prefix = prefix;
    }

    NamedModelException(String prefix, String message) {
        super(message);
        this.prefix = prefix;
    }

    String prefix() {
        return prefix;
    }

    /** A text about the properties of a single model, as one about those of this model. */
    static String underPrefix(String prefix, String text) {
        return PROPERTY.matcher(text).replaceAll(Matcher.quoteReplacement(prefix + "."));
    }
}
