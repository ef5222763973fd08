package dev.tidar.text.grammar.automaton;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of Unicode scalar values, as sorted ranges that do not touch. No set contains surrogates, because UTF-8 cannot
 * encode them.
 *
 * @param ranges the first and the last code point of each range, alternating
 */
record CodePoints(List<Integer> ranges) {

    static final int MAX = 0x10FFFF;

    static final CodePoints NONE = new CodePoints(List.of());
    static final CodePoints ALL = of(0, MAX);
    static final CodePoints DIGITS = of('0', '9');
    static final CodePoints WORD = of('a', 'z').or(of('A', 'Z')).or(DIGITS).or(of('_', '_'));

    /**
     * What {@code .} does not match in ECMA-262 (line feed, carriage return, U+2028, U+2029) or in Java (also U+0085).
     */
    static final CodePoints LINE_ENDS = of('\n').or(of('\r')).or(of(0x85)).or(of(0x2028, 0x2029));

    /** The white space of ASCII, which is what {@code \\s} matches in Java. */
    static final CodePoints ASCII_SPACE = of(0x09, 0x0D).or(of(0x20));

    /** The white space of ECMA-262: WhiteSpace and LineTerminator. */
    static final CodePoints SPACE = of(0x2028, 0x2029)
            .or(of(0x09, 0x0D))
            .or(of(0x20, 0x20))
            .or(of(0xA0, 0xA0))
            .or(of(0x1680, 0x1680))
            .or(of(0x2000, 0x200A))
            .or(of(0x202F, 0x202F))
            .or(of(0x205F, 0x205F))
            .or(of(0x3000, 0x3000))
            .or(of(0xFEFF, 0xFEFF));

    CodePoints {
        ranges = List.copyOf(ranges);
    }

    static CodePoints of(int first, int last) {
        List<int[]> parts = new ArrayList<>();
        if (first < Character.MIN_SURROGATE) {
            parts.add(new int[] {first, Math.min(last, Character.MIN_SURROGATE - 1)});
        }
        if (last > Character.MAX_SURROGATE) {
            parts.add(new int[] {Math.max(first, Character.MAX_SURROGATE + 1), last});
        }
        return joined(parts);
    }

    static CodePoints of(int codePoint) {
        return of(codePoint, codePoint);
    }

    CodePoints or(CodePoints other) {
        List<int[]> all = pairs();
        all.addAll(other.pairs());
        return joined(all);
    }

    CodePoints not() {
        List<int[]> gaps = new ArrayList<>();
        int from = 0;
        for (int[] range : pairs()) {
            if (from < range[0]) {
                gaps.add(new int[] {from, range[0] - 1});
            }
            from = range[1] + 1;
        }
        if (from <= MAX) {
            gaps.add(new int[] {from, MAX});
        }
        return gaps.stream().map(gap -> of(gap[0], gap[1])).reduce(NONE, CodePoints::or);
    }

    List<int[]> pairs() {
        List<int[]> pairs = new ArrayList<>();
        for (int i = 0; i < ranges.size(); i += 2) {
            pairs.add(new int[] {ranges.get(i), ranges.get(i + 1)});
        }
        return pairs;
    }

    private static CodePoints joined(List<int[]> pairs) {
        List<int[]> sorted = new ArrayList<>(pairs);
        sorted.sort(Comparator.comparingInt(range -> range[0]));
        List<Integer> ranges = new ArrayList<>();
        for (int[] range : sorted) {
            int last = ranges.size() - 1;
            if (last > 0 && range[0] <= ranges.get(last) + 1) {
                ranges.set(last, Math.max(ranges.get(last), range[1]));
            } else {
                ranges.add(range[0]);
                ranges.add(range[1]);
            }
        }
        return new CodePoints(ranges);
    }
}
