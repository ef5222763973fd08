package dev.tidar.text.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns an automaton over code points into an automaton over bytes. The bytes are either plain UTF-8 or a JSON string
 * in its shortest spelling, in which a character is escaped only if JSON requires it.
 */
public final class Encoding {

    private static final String SHORT_ESCAPES = "\b\f\n\r\t\"\\";
    private static final String SHORT_LETTERS = "bfnrt\"\\";
    private static final int[] FIRST_OF_LENGTH = {0, 0, 0x80, 0x800, 0x10000};

    private final TextAutomaton text;
    private final Work work;
    private final boolean json;
    private final List<int[]> rows = new ArrayList<>();
    private final BitSet accepting = new BitSet();
    private final Map<List<Integer>, Integer> uniform = new HashMap<>(); // states by (target, remaining bytes)

    private Encoding(TextAutomaton text, boolean json, Work work) {
        this.text = text;
        this.json = json;
        this.work = work;
        for (int i = 0; i < text.states(); i++) {
            state();
        }
        for (int i = 0; i < text.states(); i++) {
            encodeState(i);
        }
    }

    /** The texts of a set in UTF-8. */
    public static ByteAutomaton utf8(TextAutomaton text, Work work) {
        Encoding encoding = new Encoding(text, false, work);
        for (int i = 0; i < text.states(); i++) {
            encoding.accepting.set(i, text.isAccepting(i));
        }
        return ByteAutomaton.of(encoding.rows, encoding.accepting, work);
    }

    /** The texts of an expression in UTF-8, with the minimum number of states; for automata of a few dozen states. */
    public static ByteAutomaton minimalUtf8(Regex regex, Work work) {
        return utf8(TextAutomaton.of(regex, work), work).minimal();
    }

    /** The texts of a set as JSON strings, including the quotes. */
    public static ByteAutomaton jsonStrings(TextAutomaton text, Work work) {
        Encoding encoding = new Encoding(text, true, work);
        int end = encoding.state();
        for (int i = 0; i < text.states(); i++) {
            if (text.isAccepting(i)) {
                encoding.rows.get(i)['"'] = end;
            }
        }
        int begin = encoding.state();
        encoding.rows.get(begin)['"'] = text.isEmpty() ? ByteAutomaton.DEAD : 0;
        encoding.accepting.set(end);
        return ByteAutomaton.of(encoding.startingAt(begin), encoding.accepting, work);
    }

    /** The rows with states 0 and {@code begin} swapped. */
    private List<int[]> startingAt(int begin) {
        List<int[]> moved = new ArrayList<>();
        for (int[] row : rows) {
            moved.add(Arrays.stream(row)
                    .map(target -> target == 0 ? begin : target == begin ? 0 : target)
                    .toArray());
        }
        int[] first = moved.get(0);
        moved.set(0, moved.get(begin));
        moved.set(begin, first);
        return moved;
    }

    private int state() {
        int[] row = new int[256];
        Arrays.fill(row, ByteAutomaton.DEAD);
        rows.add(row);
        work.spend(256);
        work.requireStates(rows.size());
        return rows.size() - 1;
    }

    private void encodeState(int state) {
        int[] row = rows.get(state);
        for (int c = 0; c < 0x80; c++) {
            if (!json || c >= 0x20 && c != '"' && c != '\\') {
                row[c] = text.next(state, c);
            }
        }
        int[] beyondAscii = text.targets(state, 0x80, CodePoints.MAX);
        boolean asciiOnly = beyondAscii.length == 1 && beyondAscii[0] == TextAutomaton.DEAD;
        for (int lead = asciiOnly ? 0xF5 : 0xC2; lead <= 0xF4; lead++) {
            int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
            int bits = lead & 0xFF >> length + 1;
            row[lead] = continuation(state, bits << 6 * (length - 1), length - 1, FIRST_OF_LENGTH[length]);
        }
        if (json) {
            encodeEscapes(state);
        }
    }

    /**
     * The state in which continuation bytes of a character are to come.
     *
     * @param base the lowest code point that can result
     * @param bytes the number of continuation bytes
     * @param lowest the lowest code point that may have this length; UTF-8 allows only the shortest encoding
     */
    private int continuation(int state, int base, int bytes, int lowest) {
        int last = Math.min(base + (1 << 6 * bytes) - 1, CodePoints.MAX);
        if (last < lowest || base > CodePoints.MAX) {
            return ByteAutomaton.DEAD;
        }
        int[] same = base < lowest || base + (1 << 6 * bytes) - 1 > CodePoints.MAX
                ? new int[0]
                : text.targets(state, base, last);
        if (same.length == 1) {
            return same[0] == TextAutomaton.DEAD ? ByteAutomaton.DEAD : uniform(same[0], bytes);
        }
        int node = state();
        for (int b = 0; b < 64; b++) {
            rows.get(node)[0x80 + b] = continuation(state, base + (b << 6 * (bytes - 1)), bytes - 1, lowest);
        }
        return node;
    }

    /** The state from which any continuation bytes lead to the same target. */
    private int uniform(int target, int bytes) {
        if (bytes == 0) {
            return target;
        }
        Integer known = uniform.get(List.of(target, bytes));
        if (known != null) {
            return known;
        }
        int node = state();
        Arrays.fill(rows.get(node), 0x80, 0xC0, uniform(target, bytes - 1));
        uniform.put(List.of(target, bytes), node);
        return node;
    }

    private void encodeEscapes(int state) {
        int[] hexTargets = new int[0x20];
        Arrays.fill(hexTargets, ByteAutomaton.DEAD);
        int[] shortTargets = new int[SHORT_ESCAPES.length()];
        boolean anyShort = false;
        boolean anyHex = false;
        for (int i = 0; i < shortTargets.length; i++) {
            shortTargets[i] = text.next(state, SHORT_ESCAPES.charAt(i));
            anyShort |= shortTargets[i] != TextAutomaton.DEAD;
        }
        for (int c = 0; c < 0x20; c++) {
            if (SHORT_ESCAPES.indexOf(c) < 0) {
                hexTargets[c] = text.next(state, c);
                anyHex |= hexTargets[c] != TextAutomaton.DEAD;
            }
        }
        if (!anyShort && !anyHex) {
            return;
        }
        int escape = state();
        rows.get(state)['\\'] = escape;
        for (int i = 0; i < shortTargets.length; i++) {
            rows.get(escape)[SHORT_LETTERS.charAt(i)] = shortTargets[i];
        }
        if (anyHex) {
            rows.get(escape)['u'] = hexEscape(hexTargets);
        }
    }

    /** The state after {@code \}{@code u}, from which the control characters lead to these target states. */
    private int hexEscape(int[] targets) {
        int first = state();
        int second = state();
        int third = state();
        rows.get(first)['0'] = second;
        rows.get(second)['0'] = third;
        for (int high = 0; high < 2; high++) {
            int[] half = Arrays.copyOfRange(targets, high << 4, (high + 1) << 4);
            if (Arrays.stream(half).allMatch(target -> target == ByteAutomaton.DEAD)) {
                continue;
            }
            int fourth = state();
            rows.get(third)['0' + high] = fourth;
            for (int low = 0; low < 16; low++) {
                rows.get(fourth)[Character.forDigit(low, 16)] = half[low];
                rows.get(fourth)[Character.toUpperCase(Character.forDigit(low, 16))] = half[low];
            }
        }
        return first;
    }
}
