package dev.tidar.text.tokenizer.splitter;

/**
 * The English endings {@code 's|'t|'re|'ve|'m|'ll|'d}.
 *
 * @param anyCase whether upper case counts too, and with it U+017F, the long s
 */
record Contraction(boolean anyCase) implements Alternative {

    private static final char LONG_S = '\u017F';

    @Override
    public int match(String text, int start, int end) {
        if (start + 1 >= end || text.charAt(start) != '\'') {
            return NO_MATCH;
        }
        char second = start + 2 < end ? letter(text.charAt(start + 2)) : 0;
        return switch (letter(text.charAt(start + 1))) {
            case 's', 't', 'm', 'd' -> start + 2;
            case 'r', 'v' -> second == 'e' ? start + 3 : NO_MATCH;
            case 'l' -> second == 'l' ? start + 3 : NO_MATCH;
            default -> NO_MATCH;
        };
    }

    private char letter(char c) {
        if (!anyCase) {
            return c;
        }
        return c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c == LONG_S ? 's' : c;
    }
}
