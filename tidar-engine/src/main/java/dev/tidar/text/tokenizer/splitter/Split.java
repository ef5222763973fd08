package dev.tidar.text.tokenizer.splitter;

import dev.tidar.text.tokenizer.part.Part;

/**
 * Splits text at what matches a pattern.
 *
 * @param pattern finds the delimiters
 * @param inverts whether what does not match is the delimiter
 * @param delimiters what becomes of the delimiters
 */
record Split(Pattern pattern, boolean inverts, Delimiters delimiters) implements Splitter {

    /** What becomes of delimiters; the names are those of tokenizer.json. */
    enum Delimiters {
        /** They are dropped. */
        REMOVED("Removed"),
        /** Each is a word of its own. */
        ISOLATED("Isolated"),
        /** Each ends the word before it; one after another delimiter is a word of its own. */
        MERGED_WITH_PREVIOUS("MergedWithPrevious"),
        /** Each begins the word after it; one before another delimiter is a word of its own. */
        MERGED_WITH_NEXT("MergedWithNext"),
        /** Those without anything between them are one word. */
        CONTIGUOUS("Contiguous");

        private final String written;

        Delimiters(String written) {
            this.written = written;
        }

        static Delimiters of(Part part) {
            String written = part.text("behavior");
            for (Delimiters delimiters : values()) {
                if (delimiters.written.equals(written)) {
                    return delimiters;
                }
            }
            throw part.at("behavior").unsupported("must be one of the five known ones, but is %s", written);
        }
    }

    @Override
    public void split(String text, int start, int end, boolean opens, Words words) {
        Joiner joiner = new Joiner(text, start, opens, words);
        pattern.divide(text, start, end, (from, to, matches) -> joiner.accept(from, to, matches != inverts));
        joiner.flush();
    }

    /** Joins parts to words. Holds back one word, which the next part may still extend. */
    private final class Joiner {

        private final String text;
        private final int first;
        private final boolean opens;
        private final Words words;
        private int start;
        private int end;
        private boolean afterDelimiter;

        Joiner(String text, int first, boolean opens, Words words) {
            this.text = text;
            this.first = first;
            this.opens = opens;
            this.words = words;
            this.start = first;
            this.end = first;
        }

        void accept(int from, int to, boolean delimiter) {
            boolean joins = switch (delimiters) {
                case REMOVED, ISOLATED -> false;
                case MERGED_WITH_PREVIOUS -> delimiter && !afterDelimiter;
                case MERGED_WITH_NEXT -> !delimiter && afterDelimiter;
                case CONTIGUOUS -> delimiter == afterDelimiter;
            };
            afterDelimiter = delimiter;
            if (!joins || start == end) {
                flush();
                start = from;
            }
            end = to;
            if (delimiter && delimiters == Delimiters.REMOVED) {
                start = to;
            }
        }

        void flush() {
            if (start < end) {
                words.accept(text, start, end, opens && start == first);
                start = end;
            }
        }
    }
}
