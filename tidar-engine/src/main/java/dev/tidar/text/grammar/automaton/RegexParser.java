package dev.tidar.text.grammar.automaton;

import dev.tidar.api.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses regular expressions in the syntax of ECMA-262 with the {@code u} flag, which JSON Schema uses. Constructs that
 * are not regular or not supported are rejected by name: backreferences, look-around, word boundaries, Unicode
 * properties, inline flags.
 *
 * <p>ECMA-262 and Java disagree on what {@code \s}, {@code \S} and {@code .} match (white space and line ends beyond
 * ASCII). Here they match only what they match in both, because validators follow the one or the other.
 */
public final class RegexParser {

    /** The maximum number of characters of an expression. */
    static final int MAX_LENGTH = 10_000;

    private static final int MAX_DEPTH = 100;
    private static final int MAX_REPETITION = 100_000;

    private final String what;
    private final int[] text; // code points
    private int at;
    private int depth;

    private RegexParser(String what, String text) {
        this.what = what;
        this.text = text.codePoints().toArray();
    }

    /**
     * Parses an expression.
     *
     * @param what what contains the expression, as the caller knows it, for messages
     * @throws InvalidRequestException if it is malformed, too long, or not regular
     */
    public static Regex parse(String what, String text) {
        if (text.length() > MAX_LENGTH) {
            throw new InvalidRequestException(
                    "%s must have at most %d characters, but has %d".formatted(what, MAX_LENGTH, text.length()));
        }
        RegexParser parser = new RegexParser(what, text);
        Regex regex = parser.choices();
        if (parser.more()) {
            throw parser.malformed("a ) closes nothing");
        }
        return regex;
    }

    private Regex choices() {
        if (++depth > MAX_DEPTH) {
            throw malformed("groups are nested deeper than " + MAX_DEPTH);
        }
        List<Regex> choices = new ArrayList<>();
        do {
            choices.add(sequence());
        } while (take('|'));
        depth--;
        return choices.size() == 1 ? choices.get(0) : new Regex.OneOf(choices);
    }

    private Regex sequence() {
        List<Regex> parts = new ArrayList<>();
        while (more() && peek() != '|' && peek() != ')') {
            Regex atom = atom();
            parts.add(quantified(atom));
        }
        return parts.size() == 1 ? parts.get(0) : new Regex.Sequence(parts);
    }

    private Regex atom() {
        int c = text[at++];
        return switch (c) {
            case '^' -> Regex.Anchor.BEGIN;
            case '$' -> Regex.Anchor.END;
            case '.' -> new Regex.Set(CodePoints.LINE_ENDS.not());
            case '(' -> group();
            case '[' -> new Regex.Set(CharacterClass.parse(this));
            case '\\' -> new Regex.Set(escape(false, false));
            case '*', '+', '?' -> throw malformed("%c repeats nothing".formatted(c));
            case '{', '}', ']' -> throw malformed("%c must be escaped".formatted(c));
            default -> literal(c);
        };
    }

    private Regex literal(int c) {
        if (Character.MIN_SURROGATE <= c && c <= Character.MAX_SURROGATE) {
            throw malformed("a lone surrogate stands for no character");
        }
        return new Regex.Set(CodePoints.of(c));
    }

    private Regex group() {
        if (take('?')) {
            if (take('<')) {
                if (more() && (peek() == '=' || peek() == '!')) {
                    throw unsupported("look-behind (?<" + Character.toString(peek()));
                }
                groupName();
            } else if (more() && (peek() == '=' || peek() == '!')) {
                throw unsupported("look-ahead (?" + Character.toString(peek()));
            } else if (!take(':')) {
                throw unsupported("an inline flag or atomic group (?");
            }
        }
        Regex inner = choices();
        if (!take(')')) {
            throw malformed("a ( is never closed");
        }
        return inner;
    }

    private void groupName() {
        int start = at;
        while (more() && Character.isUnicodeIdentifierPart(peek())) {
            at++;
        }
        if (start == at || !take('>')) {
            throw malformed("a group's name is malformed");
        }
    }

    private Regex quantified(Regex atom) {
        if (!more()) {
            return atom;
        }
        int min = 0;
        int max = Regex.UNBOUNDED;
        if (take('+')) {
            min = 1;
        } else if (take('?')) {
            max = 1;
        } else if (take('{')) {
            min = number();
            max = take(',') ? (more() && peek() == '}' ? Regex.UNBOUNDED : number()) : min;
            if (!take('}') || max < min) {
                throw malformed("a repetition must be {n}, {n,} or {n,m} with n at most m");
            }
        } else if (!take('*')) {
            return atom;
        }
        if (atom instanceof Regex.Anchor) {
            throw malformed("^ and $ cannot be repeated");
        }
        take('?'); // a lazy repetition matches the same texts
        if (more() && (peek() == '+' || peek() == '*' || peek() == '{')) {
            throw peek() == '+' ? unsupported("a possessive repetition") : malformed("a repetition is repeated");
        }
        return new Regex.Repeat(atom, min, max);
    }

    private int number() {
        int start = at;
        long value = 0;
        while (more() && peek() >= '0' && peek() <= '9') {
            value = Math.min(value * 10 + text[at++] - '0', Integer.MAX_VALUE);
        }
        if (start == at) {
            throw malformed("a repetition must be {n}, {n,} or {n,m} with n at most m");
        }
        if (value > MAX_REPETITION) {
            throw new InvalidRequestException(
                    "%s must repeat at most %d times, but asks for more".formatted(what, MAX_REPETITION));
        }
        return (int) value;
    }

    /**
     * Parses an escape after its backslash.
     *
     * @param inClass whether the escape is in a character class
     * @param negated whether that class is negated, so that the larger of two disputed sets is the safe one
     */
    CodePoints escape(boolean inClass, boolean negated) {
        if (!more()) {
            throw malformed("a backslash escapes nothing");
        }
        int c = text[at++];
        return switch (c) {
            case 'd' -> CodePoints.DIGITS;
            case 'D' -> CodePoints.DIGITS.not();
            case 'w' -> CodePoints.WORD;
            case 'W' -> CodePoints.WORD.not();
            case 's' -> negated ? CodePoints.SPACE : CodePoints.ASCII_SPACE;
            case 'S' -> (negated ? CodePoints.ASCII_SPACE : CodePoints.SPACE).not();
            case 't' -> CodePoints.of('\t');
            case 'n' -> CodePoints.of('\n');
            case 'r' -> CodePoints.of('\r');
            case 'f' -> CodePoints.of('\f');
            case 'v' -> CodePoints.of(0x0B);
            case '0' -> nul();
            case 'x' -> CodePoints.of(hex(2));
            case 'u' -> CodePoints.of(unicode());
            case 'c' -> CodePoints.of(control());
            case 'b', 'B' -> boundary(c, inClass);
            case 'p', 'P' -> throw unsupported("the Unicode property \\" + Character.toString(c));
            case 'k', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                throw unsupported("the backreference \\" + Character.toString(c));
            default -> identity(c);
        };
    }

    private CodePoints nul() {
        if (more() && peek() >= '0' && peek() <= '9') {
            throw unsupported("an octal escape");
        }
        return CodePoints.of(0);
    }

    private CodePoints boundary(int c, boolean inClass) {
        if (inClass && c == 'b') {
            return CodePoints.of('\b');
        }
        throw unsupported("the word boundary \\" + Character.toString(c));
    }

    private CodePoints identity(int c) {
        if ("^$\\.*+?()[]{}|/-".indexOf(c) < 0 && !(c < 128 && !Character.isLetterOrDigit(c))) {
            throw malformed("\\%s is no escape".formatted(Character.toString(c)));
        }
        return CodePoints.of(c);
    }

    private int control() {
        int letter = more() ? text[at++] : 0;
        if (letter < 'A' || letter > 'Z') { // a lower-case letter means something else in Java
            throw malformed("\\c must be followed by a capital letter");
        }
        return letter & 31;
    }

    private int unicode() {
        if (take('{')) {
            int value = 0;
            int start = at;
            while (more() && Character.digit(peek(), 16) >= 0 && value <= CodePoints.MAX) {
                value = value * 16 + Character.digit(text[at++], 16);
            }
            if (start == at || value > CodePoints.MAX || !take('}')) {
                throw malformed("\\u{...} must be a code point");
            }
            return value;
        }
        int high = hex(4);
        boolean pair = high >= Character.MIN_HIGH_SURROGATE && high <= Character.MAX_HIGH_SURROGATE;
        if (pair && at + 1 < text.length && text[at] == '\\' && text[at + 1] == 'u') {
            at += 2;
            return Character.toCodePoint((char) high, (char) hex(4));
        }
        return high;
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = more() && peek() < 128 ? Character.digit(text[at++], 16) : -1;
            if (digit < 0) {
                throw malformed("an escape must have %d hexadecimal digits".formatted(digits));
            }
            value = value * 16 + digit;
        }
        return value;
    }

    boolean more() {
        return at < text.length;
    }

    int peek() {
        return text[at];
    }

    int next() {
        return text[at++];
    }

    boolean take(int c) {
        if (more() && text[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    InvalidRequestException malformed(String why) {
        return new InvalidRequestException(
                "%s must be a regular expression, but at character %d %s".formatted(what, at, why));
    }

    private InvalidRequestException unsupported(String construct) {
        return new InvalidRequestException("%s must be regular, but at character %d it uses %s, which is not supported"
                .formatted(what, at, construct));
    }
}
