package dev.tidar.text.tokenizer.part;

/** Bounds how much longer the replacements of a file make a text. */
public final class Growth {

    /** Maximum number of characters that all replacements together may make of one. */
    private static final int MAX = 16;

    private double growth = 1;

    /**
     * Takes a replacement.
     *
     * @param part the part that asks for it, for the message
     * @throws dev.tidar.api.InvalidModelException if it is one too many, or replaces nothing
     */
    public void add(Part part, String replaced, String content) {
        if (replaced.isEmpty()) {
            throw part.corrupt("must replace something, but replaces an empty text");
        }
        growth *= Math.max(1, (double) content.length() / replaced.length());
        if (growth > MAX) {
            throw part.unsupported("must leave the text at most %d times as long, but does not", MAX);
        }
    }
}
