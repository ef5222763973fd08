package dev.tidar.text.tokenizer.splitter;

/** Puts a space before each text that does not begin with one. */
record LeadingSpace() implements Splitter {

    @Override
    public void split(String text, int start, int end, boolean opens, Words words) {
        if (text.charAt(start) == ' ') {
            words.accept(text, start, end, opens);
        } else {
            String spaced = " " + text.substring(start, end);
            words.accept(spaced, 0, spaced.length(), opens);
        }
    }
}
