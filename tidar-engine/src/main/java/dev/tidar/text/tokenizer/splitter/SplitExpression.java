package dev.tidar.text.tokenizer.splitter;

import static dev.tidar.text.tokenizer.splitter.Alternative.Run.any;
import static dev.tidar.text.tokenizer.splitter.Alternative.Run.optional;
import static dev.tidar.text.tokenizer.splitter.Alternative.Run.some;
import static dev.tidar.text.tokenizer.splitter.Alternative.allBeforeLast;
import static dev.tidar.text.tokenizer.splitter.Alternative.followed;
import static dev.tidar.text.tokenizer.splitter.Alternative.runs;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.LETTER;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.LOWERCASE_LETTER;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.MARK;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.MODIFIER_LETTER;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.NUMBER;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.OTHER_LETTER;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.PUNCTUATION;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.SPACE;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.SYMBOL;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.TITLECASE_LETTER;
import static dev.tidar.text.tokenizer.unicode.CharacterClass.UPPERCASE_LETTER;

import dev.tidar.text.tokenizer.part.Part;
import dev.tidar.text.tokenizer.splitter.Alternative.Run;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The split expressions that released models have, each scanned by hand. No engine for expressions runs, so no
 * expression of a file can take more than time linear in the text, and characters have the classes of one Unicode
 * version.
 *
 * <p>Time is linear because in each of these expressions every alternative that reads a run of characters and fails is
 * followed by one that takes that run.
 */
final class SplitExpression implements Pattern {

    /** The expression of GPT-2, which the pre-tokenizer {@code ByteLevel} uses unless told otherwise. */
    static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private static final CharacterSet SPACES = CharacterSet.of(SPACE);
    private static final CharacterSet BLANK = CharacterSet.of(0).with(" ");
    private static final CharacterSet LINE_ENDS = CharacterSet.of(0).with("\r\n");
    private static final CharacterSet LETTERS = CharacterSet.of(LETTER);
    private static final CharacterSet NUMBERS = CharacterSet.of(NUMBER);
    private static final CharacterSet SIGNS = CharacterSet.not(SPACE | LETTER | NUMBER);
    private static final CharacterSet OPENING =
            CharacterSet.not(LETTER | NUMBER).without("\r\n");

    private static final String ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String OPENING_TEXT = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String SIGNS_TEXT = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n";
    private static final String SPACES_TEXT = "]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String HIGH_TEXT = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOW_TEXT = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

    private static final Map<String, SplitExpression> KNOWN = known();

    private final List<Alternative> alternatives;

    private SplitExpression(Alternative... alternatives) {
        this.alternatives = List.of(alternatives);
    }

    /** Returns the scanner of an expression that a tokenizer.json names. */
    static SplitExpression of(Part part) {
        SplitExpression known = KNOWN.get(part.node().asString(""));
        if (known == null) {
            throw part.unsupported("must be one of the known split expressions, but is %s", part.node());
        }
        return known;
    }

    static SplitExpression gpt2() {
        return new SplitExpression(
                new Contraction(false),
                runs(optional(BLANK), some(LETTERS)),
                runs(optional(BLANK), some(NUMBERS)),
                runs(optional(BLANK), some(SIGNS)),
                allBeforeLast(SPACES),
                runs(some(SPACES)));
    }

    @Override
    public void divide(String text, int start, int end, Parts parts) {
        int from = start;
        for (int at = start; at < end; ) {
            int match = match(text, at, end);
            if (match == Alternative.NO_MATCH) {
                at += Character.charCount(text.codePointAt(at));
                continue;
            }
            if (at > from) {
                parts.accept(from, at, false);
            }
            parts.accept(at, match, true);
            at = match;
            from = match;
        }
        if (from < end) {
            parts.accept(from, end, false);
        }
    }

    private int match(String text, int at, int end) {
        for (Alternative alternative : alternatives) {
            int match = alternative.match(text, at, end);
            if (match != Alternative.NO_MATCH) {
                return match;
            }
        }
        return Alternative.NO_MATCH;
    }

    private static Map<String, SplitExpression> known() {
        Map<String, SplitExpression> known = new HashMap<>();
        known.put(GPT2, gpt2());
        for (Map.Entry<String, Integer> digits :
                Map.of("\\p{N}", 1, "\\p{N}{1,3}", 3).entrySet()) {
            Run numbers = new Run(NUMBERS, 1, digits.getValue());
            known.put(digits.getKey(), new SplitExpression(runs(numbers)));
            // cl100k: Qwen2 and Qwen3 with one digit, Llama 3 with three.
            known.put(
                    ENDINGS + "|" + OPENING_TEXT + "\\p{L}+|" + digits.getKey() + SIGNS_TEXT + SPACES_TEXT,
                    spaced(LINE_ENDS, new Contraction(true), runs(optional(OPENING), some(LETTERS)), runs(numbers)));
            // o200k, with endings; tekken, without.
            known.put(o200k(digits.getKey(), ENDINGS + "?"), o200k(numbers, new Contraction(true)));
            known.put(o200k(digits.getKey(), ""), o200k(numbers, (text, start, end) -> Alternative.NO_MATCH));
        }
        addDeepSeek(known);
        return Map.copyOf(known);
    }

    private static String o200k(String numbers, String endings) {
        return OPENING_TEXT + HIGH_TEXT + "*" + LOW_TEXT + "+" + endings + "|" + OPENING_TEXT + HIGH_TEXT + "+"
                + LOW_TEXT + "*" + endings + "|" + numbers + SIGNS_TEXT + "/" + SPACES_TEXT;
    }

    private static SplitExpression o200k(Run numbers, Alternative endings) {
        int both = MODIFIER_LETTER | OTHER_LETTER | MARK;
        CharacterSet high = CharacterSet.of(UPPERCASE_LETTER | TITLECASE_LETTER | both);
        CharacterSet low = CharacterSet.of(LOWERCASE_LETTER | both);
        return spaced(
                LINE_ENDS.with("/"),
                followed(runs(optional(OPENING), any(high), some(low)), endings),
                followed(runs(optional(OPENING), some(high), any(low)), endings),
                runs(numbers));
    }

    /** These alternatives, and those for signs, line ends and spaces that all of the later expressions share. */
    private static SplitExpression spaced(
            CharacterSet afterSigns, Alternative first, Alternative second, Alternative third) {
        return new SplitExpression(
                first,
                second,
                third,
                runs(optional(BLANK), some(SIGNS), any(afterSigns)),
                runs(any(SPACES), some(LINE_ENDS)),
                allBeforeLast(SPACES),
                runs(some(SPACES)));
    }

    /** The second and third expression of DeepSeek-V3; its first one splits numbers. */
    private static void addDeepSeek(Map<String, SplitExpression> known) {
        known.put("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+", new SplitExpression(SplitExpression::eastAsian));
        CharacterSet ascii = CharacterSet.of(0).with("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
        CharacterSet latin = CharacterSet.of(0).with("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
        CharacterSet opening = CharacterSet.not(LETTER | PUNCTUATION | SYMBOL).without("\r\n");
        known.put(
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                        + "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
                new SplitExpression(
                        runs(new Run(ascii, 1, 1), some(latin)),
                        runs(optional(opening), some(CharacterSet.of(LETTER | MARK))),
                        runs(optional(BLANK), some(CharacterSet.of(PUNCTUATION | SYMBOL)), any(LINE_ENDS)),
                        runs(any(SPACES), some(LINE_ENDS)),
                        allBeforeLast(SPACES),
                        runs(some(SPACES))));
    }

    private static int eastAsian(String text, int start, int end) {
        int at = start;
        while (at < end && isEastAsian(text.charAt(at))) {
            at++;
        }
        return at > start ? at : Alternative.NO_MATCH;
    }

    private static boolean isEastAsian(char c) {
        return c >= '\u4e00' && c <= '\u9fa5' || c >= '\u3040' && c <= '\u30ff';
    }
}
