package dev.tidar.api;

/**
 * The place in an answer from which on the limit on tokens had a say. Before it, the answer is what the model would
 * have written without a limit; after it, the answer was led to its end, with tokens that the model may not have
 * preferred.
 *
 * @param part what the model was writing
 * @param pointer JSON pointer (RFC 6901) of the value that it was writing; empty for the value as a whole and for what
 *     is not JSON
 * @param characters length of that part before the place
 */
public record ClosedByLimit(Part part, String pointer, int characters) {

    /** What an answer can be closed in. */
    public enum Part {
        /** Thoughts, so that all of the answer after them was written under the limit. */
        THOUGHTS,
        /** The text of an answer with a format. */
        TEXT,
        /** The JSON of a call of a tool, or of a list of calls. */
        CALL
    }

    @Override
    public String toString() {
        return "%s%s after %d characters"
                .formatted(
                        part.name().toLowerCase(java.util.Locale.ROOT),
                        pointer.isEmpty() ? "" : " at " + pointer,
                        characters);
    }
}
