package dev.tidar.text.jinja.syntax;

import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.TemplateException.Position;
import dev.tidar.text.jinja.value.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Splits a template into tokens as Jinja2 3.1 does with trim_blocks and lstrip_blocks: the newline after a block tag is
 * removed, and so is the space before a block tag that starts its line; {@code -} strips all space on its side,
 * {@code +} keeps it.
 */
final class Lexer {

    private static final String OPERATOR_CHARACTERS = "+-/*%~[](){}<>=.:|,;";
    private static final List<String> LONG_OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=");

    private final String source;

    /** The offsets at which the lines of the source start, in ascending order. */
    private final int[] lines;

    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Character> brackets = new ArrayDeque<>();
    private int at;

    private Lexer(String source) {
        this.source = source;
        IntStream afterNewlines = IntStream.range(0, source.length())
                .filter(i -> source.charAt(i) == '\n')
                .map(i -> i + 1);
        this.lines = IntStream.concat(IntStream.of(0), afterNewlines).toArray();
    }

    static List<Token> tokenize(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.root();
        return lexer.tokens;
    }

    private void root() {
        while (at < source.length()) {
            int tag = nextTag(at);
            if (tag < 0) {
                data(at, source.length());
                at = source.length();
            } else {
                tag(tag);
            }
        }
        add(Token.Kind.END, "", at);
    }

    private int nextTag(int from) {
        for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
            char next = charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private void tag(int tag) {
        char kind = source.charAt(tag + 1);
        char sign = signAt(tag + 2);
        stripped(at, tag, sign, kind != '{');
        at = tag + (sign == 0 ? 2 : 3);
        if (kind == '#') {
            comment(tag);
        } else if (kind == '{') {
            add(Token.Kind.VARIABLE_BEGIN, "", tag);
            inside(Token.Kind.VARIABLE_END);
        } else if (rawBegins()) {
            raw(tag);
        } else {
            add(Token.Kind.BLOCK_BEGIN, "", tag);
            inside(Token.Kind.BLOCK_END);
        }
    }

    private char signAt(int offset) {
        char c = charAt(offset);
        return c == '-' || c == '+' ? c : 0;
    }

    /**
     * Adds the text before a tag, without the space that the sign of the tag or its place at the start of a line
     * removes.
     */
    private void stripped(int from, int tag, char sign, boolean block) {
        int end = tag;
        while (end > from && Text.isSpace(source.charAt(end - 1)) && (sign == '-' || source.charAt(end - 1) != '\n')) {
            end--;
        }
        boolean startsLine = end == 0 || source.charAt(end - 1) == '\n';
        boolean strips = sign == '-' || sign == 0 && block && startsLine;
        data(from, strips ? end : tag);
    }

    private void data(int from, int to) {
        if (to > from) {
            add(Token.Kind.DATA, source.substring(from, to), from);
        }
    }

    private void comment(int tag) {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw new TemplateException(position(tag), "a comment must end with '#}'");
        }
        char sign = end > at ? signAt(end - 1) : 0;
        at = end + 2;
        skipAfterBlock(sign);
    }

    private void skipAfterBlock(char sign) {
        if (sign == '-') {
            at = skipSpace(at);
        } else if (sign == 0 && charAt(at) == '\n') {
            at++;
        }
    }

    private int skipSpace(int from) {
        int i = from;
        while (i < source.length() && Text.isSpace(source.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Moves past {@code raw %}} if that follows. Unlike after other tags, the newline after it is kept. */
    private boolean rawBegins() {
        int end = afterWord("raw", at);
        boolean strips = end >= 0 && charAt(end) == '-';
        if (end < 0 || !source.startsWith("%}", strips ? end + 1 : end)) {
            return false;
        }
        at = strips ? skipSpace(end + 3) : end + 2;
        return true;
    }

    private int afterWord(String word, int from) {
        int start = skipSpace(from);
        return source.startsWith(word, start) ? skipSpace(start + word.length()) : -1;
    }

    private void raw(int tag) {
        for (int end = source.indexOf("{%", at); end >= 0; end = source.indexOf("{%", end + 1)) {
            char before = signAt(end + 2);
            int close = afterWord("endraw", end + (before == 0 ? 2 : 3));
            char after = close < 0 ? 0 : signAt(close);
            if (close >= 0 && source.startsWith("%}", after == 0 ? close : close + 1)) {
                stripped(at, end, before, true);
                at = close + (after == 0 ? 2 : 3);
                skipAfterBlock(after);
                return;
            }
        }
        throw new TemplateException(position(tag), "a raw block must end with 'endraw'");
    }

    private void inside(Token.Kind end) {
        brackets.clear();
        while (at < source.length()) {
            if (Text.isSpace(source.charAt(at))) {
                at++;
            } else if (brackets.isEmpty() && ends(end)) {
                return;
            } else {
                token();
            }
        }
    }

    private boolean ends(Token.Kind end) {
        boolean block = end == Token.Kind.BLOCK_END;
        char sign = signAt(at);
        boolean signed = sign == '-' || sign == '+' && block;
        if (!source.startsWith(block ? "%}" : "}}", signed ? at + 1 : at)) {
            return false;
        }
        add(end, "", at);
        at += signed ? 3 : 2;
        if (block || sign == '-') {
            skipAfterBlock(sign);
        }
        return true;
    }

    private void token() {
        int start = at;
        int c = source.codePointAt(at);
        if (c >= '0' && c <= '9') {
            number();
        } else if (c == '"' || c == '\'') {
            at = Literals.endOfString(source, at)
                    .orElseThrow(() -> new TemplateException(position(start), "a string must end with its quote"));
            add(Token.Kind.STRING, Literals.unescape(source.substring(start + 1, at - 1), position(start)), start);
        } else if (isNamePart(c)) {
            while (at < source.length() && isNamePart(source.codePointAt(at))) {
                at += Character.charCount(source.codePointAt(at));
            }
            add(Token.Kind.NAME, source.substring(start, at), start);
        } else {
            operator();
        }
    }

    private static boolean isNamePart(int c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    private void number() {
        int start = at;
        boolean afterDot = start > 0 && source.charAt(start - 1) == '.';
        OptionalInt endOfFloat = afterDot ? OptionalInt.empty() : Literals.endOfFloat(source, start);
        at = endOfFloat.orElseGet(() -> Literals.endOfInteger(source, start));
        String digits = source.substring(start, at).replace("_", "");
        add(endOfFloat.isPresent() ? Token.Kind.FLOAT : Token.Kind.INTEGER, digits, start);
    }

    private void operator() {
        String operator = LONG_OPERATORS.stream()
                .filter(candidate -> source.startsWith(candidate, at))
                .findFirst()
                .orElseGet(() -> source.substring(at, at + 1));
        if (operator.length() == 1 && OPERATOR_CHARACTERS.indexOf(operator.charAt(0)) < 0) {
            throw new TemplateException(position(at), "unexpected character");
        }
        balance(operator.charAt(0));
        add(Token.Kind.OPERATOR, operator, at);
        at += operator.length();
    }

    private void balance(char c) {
        int opening = "([{".indexOf(c);
        if (opening >= 0) {
            brackets.push(")]}".charAt(opening));
        } else if (")]}".indexOf(c) >= 0 && (brackets.isEmpty() || brackets.pop() != c)) {
            throw new TemplateException(position(at), "unexpected '" + c + "'");
        }
    }

    private char charAt(int offset) {
        return offset < source.length() ? source.charAt(offset) : 0;
    }

    private void add(Token.Kind kind, String text, int offset) {
        tokens.add(new Token(kind, text, position(offset)));
    }

    private Position position(int offset) {
        int found = Arrays.binarySearch(lines, offset);
        int line = found >= 0 ? found : -found - 2;
        return new Position(line + 1, offset - lines[line] + 1);
    }
}
