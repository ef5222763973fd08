package dev.tidar.text.grammar.automaton;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A deterministic automaton over bytes: a regular set of byte strings. Immutable.
 *
 * <p>State 0 is the start. An accepting state can be reached from every state, except from the start of the empty set.
 */
public final class ByteAutomaton {

    /** The target state of a byte that is not allowed. */
    public static final int DEAD = -1;

    private final int[] next; // [states, classes]
    private final int[] classOf; // [256]
    private final int classes;
    private final BitSet accepting;

    private ByteAutomaton(int[] next, int[] classOf, int classes, BitSet accepting) {
        this.next = next;
        this.classOf = classOf;
        this.classes = classes;
        this.accepting = accepting;
    }

    /** @param rows target state of each state and byte, {@code [states][256]} */
    static ByteAutomaton of(List<int[]> rows, BitSet accepting, Work work) {
        work.spend(256L * rows.size());
        dropDeadEnds(rows, accepting);
        int[] classOf = byteClasses(rows);
        int classes = Arrays.stream(classOf).max().orElse(0) + 1;
        int[] next = new int[rows.size() * classes];
        for (int state = 0; state < rows.size(); state++) {
            for (int b = 0; b < 256; b++) {
                next[state * classes + classOf[b]] = rows.get(state)[b];
            }
        }
        return new ByteAutomaton(next, classOf, classes, (BitSet) accepting.clone());
    }

    /** The automaton of one byte string, which is not empty. */
    public static ByteAutomaton of(byte[] text) {
        int[] classOf = new int[256];
        int classes = 1;
        for (byte b : text) {
            if (classOf[b & 0xff] == 0) {
                classOf[b & 0xff] = classes++;
            }
        }
        int[] next = new int[(text.length + 1) * classes];
        Arrays.fill(next, DEAD);
        for (int i = 0; i < text.length; i++) {
            next[i * classes + classOf[text[i] & 0xff]] = i + 1;
        }
        BitSet accepting = new BitSet();
        accepting.set(text.length);
        return new ByteAutomaton(next, classOf, classes, accepting);
    }

    /**
     * The automaton of the same set with the minimum number of states, by Moore's algorithm. The cost grows with the
     * square of the number of states, so this is for small automata.
     */
    ByteAutomaton minimal() {
        int[] block = blocks();
        int states = Arrays.stream(block).max().orElse(0) + 1;
        int[] merged = new int[states * classes];
        BitSet accepts = new BitSet(states);
        for (int state = 0; state < states(); state++) {
            for (int c = 0; c < classes; c++) {
                int target = next[state * classes + c];
                merged[block[state] * classes + c] = target == DEAD ? DEAD : block[target];
            }
            accepts.set(block[state], accepting.get(state));
        }
        return new ByteAutomaton(merged, classOf, classes, accepts);
    }

    public int states() {
        return next.length / classes;
    }

    /** The state after a byte, or {@link #DEAD}. */
    public int next(int state, byte read) {
        return next[state * classes + classOf[read & 0xff]];
    }

    /** The number of byte classes. In every state all bytes of a class lead to the same state. */
    public int classes() {
        return classes;
    }

    public int classOf(int unsignedByte) {
        return classOf[unsignedByte];
    }

    /** The state after a byte of a class, or {@link #DEAD}. */
    public int nextByClass(int state, int byteClass) {
        return next[state * classes + byteClass];
    }

    public boolean isAccepting(int state) {
        return accepting.get(state);
    }

    /** Whether a state allows any more bytes. */
    public boolean canContinue(int state) {
        for (int c = 0; c < classes; c++) {
            if (next[state * classes + c] != DEAD) {
                return true;
            }
        }
        return false;
    }

    /** Makes all transitions dead that lead to states from which no accepting state can be reached. */
    private static void dropDeadEnds(List<int[]> rows, BitSet accepting) {
        BitSet live = (BitSet) accepting.clone();
        List<List<Integer>> sources = new ArrayList<>();
        rows.forEach(row -> sources.add(new ArrayList<>(2)));
        for (int state = 0; state < rows.size(); state++) {
            int before = DEAD;
            for (int target : rows.get(state)) {
                if (target != DEAD && target != before) {
                    sources.get(target).add(state);
                    before = target;
                }
            }
        }
        Deque<Integer> stack = new ArrayDeque<>();
        accepting.stream().forEach(stack::add);
        while (!stack.isEmpty()) {
            for (int source : sources.get(stack.removeLast())) {
                if (!live.get(source)) {
                    live.set(source);
                    stack.add(source);
                }
            }
        }
        for (int[] row : rows) {
            for (int b = 0; b < 256; b++) {
                row[b] = row[b] != DEAD && live.get(row[b]) ? row[b] : DEAD;
            }
        }
    }

    /** The class of each byte: bytes with equal targets in all states share one. */
    private static int[] byteClasses(List<int[]> rows) {
        long[] hashes = new long[256];
        for (int[] row : rows) {
            for (int b = 0; b < 256; b++) {
                hashes[b] = (hashes[b] + row[b] + 2) * 0x9E3779B97F4A7C15L;
            }
        }
        int[] classOf = new int[256];
        int[] representative = new int[256];
        int classes = 0;
        for (int b = 0; b < 256; b++) {
            int c = 0;
            while (c < classes && !sameColumn(rows, hashes, representative[c], b)) {
                c++;
            }
            if (c == classes) {
                representative[classes++] = b;
            }
            classOf[b] = c;
        }
        return classOf;
    }

    private static boolean sameColumn(List<int[]> rows, long[] hashes, int left, int right) {
        if (hashes[left] != hashes[right]) {
            return false;
        }
        for (int[] row : rows) {
            if (row[left] != row[right]) {
                return false;
            }
        }
        return true;
    }

    /** Splits the states into blocks until all states of a block are equivalent; state 0 stays in block 0. */
    private int[] blocks() {
        int[] block = new int[states()];
        for (int state = 0; state < block.length; state++) {
            block[state] = accepting.get(state) == accepting.get(0) ? 0 : 1;
        }
        int count = 0;
        int before;
        do {
            before = count;
            Map<List<Integer>, Integer> signatures = new HashMap<>();
            int[] refined = new int[block.length];
            for (int state = 0; state < block.length; state++) {
                List<Integer> signature = new ArrayList<>();
                signature.add(block[state]);
                for (int c = 0; c < classes; c++) {
                    int target = next[state * classes + c];
                    signature.add(target == DEAD ? DEAD : block[target]);
                }
                refined[state] = signatures.computeIfAbsent(signature, key -> signatures.size());
            }
            block = refined;
            count = signatures.size();
        } while (count != before);
        return block;
    }
}
