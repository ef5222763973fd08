package dev.tidar.text.tokenizer.normalizer;

/**
 * Puts a prefix before the text.
 *
 * @param prefix what is put before the text, such as U+2581
 */
record Prepend(String prefix) implements Normalizer {

    @Override
    public String apply(String text, int[] stretches) {
        if (text.isEmpty()) {
            return text;
        }
        for (int i = 0; i < stretches.length; i++) {
            stretches[i] += prefix.length();
        }
        return prefix.concat(text);
    }
}
