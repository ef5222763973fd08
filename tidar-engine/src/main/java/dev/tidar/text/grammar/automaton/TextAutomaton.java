package dev.tidar.text.grammar.automaton;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A deterministic automaton over code points: a regular set of texts. Immutable.
 *
 * <p>State 0 is the start. An accepting state can be reached from every state, except from the start of the empty set.
 */
public final class TextAutomaton {

    /** The target state of a code point that is not allowed. */
    public static final int DEAD = -1;

    private final Alphabet alphabet;
    private final List<int[]> rows; // [states][classes]
    private final BitSet accepting;

    private TextAutomaton(Alphabet alphabet, List<int[]> rows, BitSet accepting) {
        this.alphabet = alphabet;
        this.rows = rows;
        this.accepting = accepting;
    }

    static TextAutomaton of(Alphabet alphabet, List<int[]> rows, BitSet accepting, Work work) {
        work.spend((long) rows.size() * alphabet.size());
        return new TextAutomaton(alphabet, rows, accepting).trimmed();
    }

    /**
     * The texts that a transition table accepts.
     *
     * @param symbols the characters that occur; each is one code unit
     * @param rows target state of each state and symbol, or {@link #DEAD}
     */
    static TextAutomaton ofTable(String symbols, List<int[]> rows, BitSet accepting, Work work) {
        work.requireStates(rows.size());
        Alphabet alphabet = Alphabet.of(symbols.chars().mapToObj(CodePoints::of).toList());
        List<int[]> byClass = new ArrayList<>();
        for (int[] row : rows) {
            int[] targets = deadRow(alphabet.size());
            for (int i = 0; i < row.length; i++) {
                targets[alphabet.classOf(symbols.charAt(i))] = row[i];
            }
            byClass.add(targets);
        }
        return of(alphabet, byClass, accepting, work);
    }

    /** The texts that an expression matches as a whole. */
    public static TextAutomaton of(Regex regex, Work work) {
        return Nfa.determinize(regex, work);
    }

    /** Exactly these texts, except those with a lone surrogate, which UTF-8 cannot encode. */
    public static TextAutomaton of(Collection<String> all, Work work) {
        List<String> texts = all.stream().filter(TextAutomaton::isWellFormed).toList();
        List<CodePoints> singles = texts.stream()
                .flatMapToInt(String::codePoints)
                .distinct()
                .mapToObj(CodePoints::of)
                .toList();
        Alphabet alphabet = Alphabet.of(singles);
        List<int[]> rows = new ArrayList<>();
        BitSet accepting = new BitSet();
        rows.add(deadRow(alphabet.size()));
        for (String text : texts) {
            work.spend((long) text.length() * alphabet.size());
            int state = 0;
            for (int codePoint : text.codePoints().toArray()) {
                int[] row = rows.get(state);
                int c = alphabet.classOf(codePoint);
                if (row[c] == DEAD) {
                    row[c] = rows.size();
                    rows.add(deadRow(alphabet.size()));
                    work.requireStates(rows.size());
                }
                state = row[c];
            }
            accepting.set(state);
        }
        return of(alphabet, rows, accepting, work);
    }

    /** All texts of {@code min} to {@code max} code points. */
    public static TextAutomaton ofLength(int min, int max, Work work) {
        return of(new Regex.Repeat(new Regex.Set(CodePoints.ALL), min, max), work);
    }

    private static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static int[] deadRow(int length) {
        int[] row = new int[length];
        Arrays.fill(row, DEAD);
        return row;
    }

    /** The intersection of this set and another. */
    public TextAutomaton and(TextAutomaton other, Work work) {
        return product(other, false, work);
    }

    /** The texts of this set that are not in another. */
    public TextAutomaton minus(TextAutomaton other, Work work) {
        return product(other, true, work);
    }

    private TextAutomaton product(TextAutomaton other, boolean without, Work work) {
        Alphabet.Joined joined = Alphabet.join(alphabet, other.alphabet);
        Map<Long, Integer> ids = new HashMap<>();
        List<int[]> pairs = new ArrayList<>();
        List<int[]> product = new ArrayList<>();
        BitSet accepts = new BitSet();
        ids.put(1L, 0); // the pair (0, 0); right states are shifted by one so that DEAD has a key
        pairs.add(new int[] {0, 0});
        for (int i = 0; i < pairs.size(); i++) {
            work.requireStates(pairs.size());
            work.spend(8L * joined.alphabet().size());
            int left = pairs.get(i)[0];
            int right = pairs.get(i)[1];
            boolean inRight = right != DEAD && other.accepting.get(right);
            accepts.set(i, accepting.get(left) && inRight != without);
            int[] row = deadRow(joined.alphabet().size());
            for (int c = 0; c < row.length; c++) {
                int nextLeft = rows.get(left)[joined.left()[c]];
                int nextRight = right == DEAD ? DEAD : other.rows.get(right)[joined.right()[c]];
                if (nextLeft != DEAD && (without || nextRight != DEAD)) {
                    row[c] = ids.computeIfAbsent((long) nextLeft << 32 | nextRight + 1, key -> {
                        pairs.add(new int[] {nextLeft, nextRight});
                        return pairs.size() - 1;
                    });
                }
            }
            product.add(row);
        }
        return of(joined.alphabet(), product, accepts, work);
    }

    /** Whether the set is empty. */
    public boolean isEmpty() {
        return accepting.isEmpty();
    }

    /** Whether this text is in the set. */
    public boolean accepts(String text) {
        int state = 0;
        for (int codePoint : text.codePoints().toArray()) {
            state = next(state, codePoint);
            if (state == DEAD) {
                return false;
            }
        }
        return accepting.get(state);
    }

    int states() {
        return rows.size();
    }

    boolean isAccepting(int state) {
        return accepting.get(state);
    }

    int next(int state, int codePoint) {
        return rows.get(state)[alphabet.classOf(codePoint)];
    }

    /** The target state that all code points of a range share; empty if they have several. */
    int[] targets(int state, int first, int last) {
        int interval = alphabet.intervalOf(first);
        int target = rows.get(state)[alphabet.classOfInterval(interval)];
        while (alphabet.endOfInterval(interval) <= last) {
            interval++;
            if (rows.get(state)[alphabet.classOfInterval(interval)] != target) {
                return new int[0];
            }
        }
        return new int[] {target};
    }

    /** The same automaton without the states from which no accepting state can be reached. */
    private TextAutomaton trimmed() {
        BitSet live = live();
        live.set(0);
        int[] renamed = new int[rows.size()];
        Arrays.fill(renamed, DEAD);
        List<int[]> kept = new ArrayList<>();
        BitSet accepts = new BitSet();
        for (int state = live.nextSetBit(0); state >= 0; state = live.nextSetBit(state + 1)) {
            renamed[state] = kept.size();
            accepts.set(kept.size(), accepting.get(state));
            kept.add(rows.get(state));
        }
        BitSet ends = live();
        List<int[]> targets = new ArrayList<>();
        for (int[] row : kept) {
            targets.add(Arrays.stream(row)
                    .map(target -> target == DEAD || !ends.get(target) ? DEAD : renamed[target])
                    .toArray());
        }
        return new TextAutomaton(alphabet, targets, accepts);
    }

    /** The states from which an accepting state can be reached. */
    private BitSet live() {
        List<List<Integer>> sources = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            sources.add(new ArrayList<>(2));
        }
        for (int state = 0; state < rows.size(); state++) {
            for (int target : rows.get(state)) {
                if (target != DEAD) {
                    sources.get(target).add(state);
                }
            }
        }
        BitSet live = new BitSet();
        Deque<Integer> stack = new ArrayDeque<>();
        accepting.stream().forEach(stack::add);
        while (!stack.isEmpty()) {
            int state = stack.removeLast();
            if (!live.get(state)) {
                live.set(state);
                stack.addAll(sources.get(state));
            }
        }
        return live;
    }
}
