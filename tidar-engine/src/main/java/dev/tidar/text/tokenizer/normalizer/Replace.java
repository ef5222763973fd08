package dev.tidar.text.tokenizer.normalizer;

/**
 * Replaces one text by another wherever it occurs.
 *
 * @param pattern what is replaced, not empty
 * @param content what it is replaced by
 */
record Replace(String pattern, String content) implements Normalizer {

    @Override
    public String apply(String text, int[] stretches) {
        int found = text.indexOf(pattern);
        if (found < 0) {
            return text;
        }
        StringBuilder made = new StringBuilder(text.length() + content.length());
        int from = 0;
        int moved = 0;
        while (found >= 0) {
            moved = move(stretches, moved, found + 1, made.length() - from);
            made.append(text, from, found);
            int start = made.length();
            made.append(content);
            from = found + pattern.length();
            for (; moved < stretches.length && stretches[moved] < from; moved++) {
                int earliest = moved == 0 ? 0 : stretches[moved - 1];
                stretches[moved] = moved % 2 == 0 ? Math.max(start, earliest) : made.length();
            }
            found = text.indexOf(pattern, from);
        }
        move(stretches, moved, text.length() + 1, made.length() - from);
        return made.append(text, from, text.length()).toString();
    }

    /** Moves the borders before an index of the text, and returns how many have been moved in all. */
    private static int move(int[] stretches, int moved, int before, int by) {
        int next = moved;
        for (; next < stretches.length && stretches[next] < before; next++) {
            stretches[next] += by;
        }
        return next;
    }
}
