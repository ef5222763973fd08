package dev.tidar.text.grammar.automaton;

/** Parses a character class: the part of a regular expression between square brackets. */
final class CharacterClass {

    private CharacterClass() {}

    /** Reads from after the opening bracket to the closing one, which it consumes. */
    static CodePoints parse(RegexParser in) {
        boolean negated = in.take('^');
        CodePoints set = CodePoints.NONE;
        while (!in.take(']')) {
            if (!in.more()) {
                throw in.malformed("a [ is never closed");
            }
            set = set.or(member(in, negated));
        }
        return negated ? set.not() : set;
    }

    private static CodePoints member(RegexParser in, boolean negated) {
        CodePoints first = single(in, negated);
        if (!in.more() || in.peek() != '-') {
            return first;
        }
        in.next();
        if (in.more() && in.peek() == ']') {
            return first.or(CodePoints.of('-'));
        }
        if (!in.more()) {
            throw in.malformed("a [ is never closed");
        }
        CodePoints last = single(in, negated);
        if (!isOne(first) || !isOne(last)) {
            throw in.malformed("a range in [ ] must go from one character to another");
        }
        int from = first.ranges().get(0);
        int to = last.ranges().get(0);
        if (from > to) {
            throw in.malformed("a range in [ ] is out of order");
        }
        return CodePoints.of(from, to);
    }

    private static CodePoints single(RegexParser in, boolean negated) {
        int c = in.next();
        if (c == '\\') {
            return in.escape(true, negated);
        }
        if (Character.MIN_SURROGATE <= c && c <= Character.MAX_SURROGATE) {
            throw in.malformed("a lone surrogate stands for no character");
        }
        return CodePoints.of(c);
    }

    private static boolean isOne(CodePoints set) {
        return set.ranges().size() == 2
                && set.ranges().get(0).equals(set.ranges().get(1));
    }
}
