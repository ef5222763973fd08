package dev.tidar.emission;

import dev.tidar.text.tokenizer.StreamingDetokenizer;
import java.util.List;

/**
 * The text of an answer as it grows: whole characters, cut before the first stop string. Text that could be the start
 * of a stop string is held back until this is decided, also across tokens and steps. Confined to the engine thread.
 */
final class TextStream {

    private final StreamingDetokenizer detokenizer;
    private final List<String> stopStrings;
    private String heldBack = "";
    private boolean stopped;

    TextStream(StreamingDetokenizer detokenizer, List<String> stopStrings) {
        this.detokenizer = detokenizer;
        this.stopStrings = stopStrings;
    }

    /**
     * The text that this token made final.
     *
     * @param mayStop whether stop strings are looked for; if not, they stay in the text, also when later text completes
     *     them
     */
    String accept(int token, boolean mayStop) {
        String added = detokenizer.accept(token);
        return mayStop ? release(added, false) : added;
    }

    /** The rest of the text, when no token follows. */
    String finish() {
        return stopped ? "" : release(detokenizer.finish(), true);
    }

    /** Whether a stop string was completed; what is after it is dropped. */
    boolean isStopped() {
        return stopped;
    }

    private String release(String added, boolean last) {
        String text = heldBack + added;
        int end = text.length();
        for (String stop : stopStrings) {
            int at = text.indexOf(stop);
            if (at >= 0 && at < end) {
                end = at;
                stopped = true;
            }
        }
        int free = stopped || last ? end : end - openEnd(text);
        heldBack = text.substring(free, end);
        return text.substring(0, free);
    }

    /** The length of the longest suffix of the text that is a prefix of a stop string. */
    private int openEnd(String text) {
        int longest = 0;
        for (String stop : stopStrings) {
            for (int n = Math.min(stop.length() - 1, text.length()); n > longest; n--) {
                if (text.endsWith(stop.substring(0, n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }
}
