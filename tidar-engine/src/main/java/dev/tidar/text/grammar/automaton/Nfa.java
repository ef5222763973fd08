package dev.tidar.text.grammar.automaton;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The nondeterministic automaton of a regular expression (Thompson's construction), and the subset construction that
 * makes it deterministic. It is built from the end backwards: each part is given the node that follows it.
 */
final class Nfa {

    private static final int MAX_NODES = 200_000;

    /** The kinds of nodes: a node reads a code point of a set, splits, passes at an anchor, or accepts. */
    private enum Kind {
        READ,
        SPLIT,
        BEGIN,
        END,
        ACCEPT
    }

    private final Work work;
    private final List<Kind> kinds = new ArrayList<>();
    private final List<int[]> nexts = new ArrayList<>();
    private final List<CodePoints> reads = new ArrayList<>();
    private final Map<CodePoints, int[]> classes = new LinkedHashMap<>();
    private final int start;

    private Nfa(Regex regex, Work work) {
        this.work = work;
        int accept = node(Kind.ACCEPT, CodePoints.NONE);
        this.start = build(regex, accept);
    }

    /** The deterministic automaton of the texts that an expression matches as a whole. */
    static TextAutomaton determinize(Regex regex, Work work) {
        return new Nfa(regex, work).subsets();
    }

    private int node(Kind kind, CodePoints set, int... next) {
        work.spend(1 + next.length);
        if (kinds.size() >= MAX_NODES) {
            work.spend(Long.MAX_VALUE / 2);
        }
        kinds.add(kind);
        reads.add(set);
        nexts.add(next);
        return kinds.size() - 1;
    }

    private int build(Regex regex, int next) {
        if (regex instanceof Regex.Set set) {
            return node(Kind.READ, set.codePoints(), next);
        }
        if (regex instanceof Regex.Anchor anchor) {
            return node(anchor == Regex.Anchor.BEGIN ? Kind.BEGIN : Kind.END, CodePoints.NONE, next);
        }
        if (regex instanceof Regex.Sequence sequence) {
            int entry = next;
            for (int i = sequence.parts().size() - 1; i >= 0; i--) {
                entry = build(sequence.parts().get(i), entry);
            }
            return entry;
        }
        if (regex instanceof Regex.OneOf oneOf) {
            int[] entries = oneOf.choices().stream()
                    .mapToInt(choice -> build(choice, next))
                    .toArray();
            return node(Kind.SPLIT, CodePoints.NONE, entries);
        }
        return buildRepeat((Regex.Repeat) regex, next);
    }

    private int buildRepeat(Regex.Repeat repeat, int next) {
        int entry = next;
        if (repeat.max() == Regex.UNBOUNDED) {
            int loop = node(Kind.SPLIT, CodePoints.NONE, 0, 0);
            nexts.set(loop, new int[] {build(repeat.part(), loop), next});
            entry = loop;
        } else {
            for (int i = repeat.min(); i < repeat.max(); i++) {
                entry = node(Kind.SPLIT, CodePoints.NONE, build(repeat.part(), entry), next);
            }
        }
        for (int i = 0; i < repeat.min(); i++) {
            entry = build(repeat.part(), entry);
        }
        return entry;
    }

    private TextAutomaton subsets() {
        for (CodePoints set : reads) {
            classes.putIfAbsent(set, new int[0]);
        }
        Alphabet alphabet = Alphabet.of(classes.keySet());
        classes.replaceAll((set, none) -> alphabet.classesOf(set));
        Map<List<Integer>, Integer> states = new HashMap<>();
        List<List<Integer>> queue = new ArrayList<>();
        List<int[]> rows = new ArrayList<>();
        BitSet accepting = new BitSet();
        queue.add(closure(List.of(start), true, false));
        states.put(queue.get(0), 0);
        for (int state = 0; state < queue.size(); state++) {
            work.requireStates(queue.size());
            List<Integer> nodes = queue.get(state);
            if (closure(nodes, state == 0, true).stream().anyMatch(node -> kinds.get(node) == Kind.ACCEPT)) {
                accepting.set(state);
            }
            int[] row = new int[alphabet.size()];
            Arrays.fill(row, TextAutomaton.DEAD);
            List<List<Integer>> targets = targets(nodes, alphabet.size());
            Map<List<Integer>, Integer> seen = new HashMap<>();
            for (int c = 0; c < row.length; c++) {
                if (!targets.get(c).isEmpty()) {
                    row[c] = seen.computeIfAbsent(targets.get(c), target -> {
                        List<Integer> closed = closure(target, false, false);
                        Integer known = states.putIfAbsent(closed, queue.size());
                        if (known == null) {
                            queue.add(closed);
                        }
                        return known == null ? queue.size() - 1 : known;
                    });
                }
            }
            rows.add(row);
        }
        return TextAutomaton.of(alphabet, rows, accepting, work);
    }

    /** For each class of code points, the nodes that follow nodes which read it. */
    private List<List<Integer>> targets(List<Integer> nodes, int numClasses) {
        List<List<Integer>> targets = new ArrayList<>();
        for (int c = 0; c < numClasses; c++) {
            targets.add(new ArrayList<>(0));
        }
        for (int node : nodes) {
            if (kinds.get(node) == Kind.READ) {
                int[] read = classes.getOrDefault(reads.get(node), new int[0]);
                work.spend(read.length);
                for (int c : read) {
                    targets.get(c).add(nexts.get(node)[0]);
                }
            }
        }
        return targets;
    }

    /** All nodes that can be reached without reading, except those that only split. */
    private List<Integer> closure(List<Integer> from, boolean atBegin, boolean atEnd) {
        BitSet visited = new BitSet();
        Deque<Integer> stack = new ArrayDeque<>(from);
        BitSet kept = new BitSet();
        while (!stack.isEmpty()) {
            int node = stack.removeLast();
            if (visited.get(node)) {
                continue;
            }
            visited.set(node);
            work.spend(2);
            Kind kind = kinds.get(node);
            if (kind != Kind.SPLIT && kind != Kind.BEGIN) {
                kept.set(node);
            }
            if (kind == Kind.SPLIT || kind == Kind.BEGIN && atBegin || kind == Kind.END && atEnd) {
                for (int next : nexts.get(node)) {
                    stack.add(next);
                }
            }
        }
        work.spend(kept.length() / 64);
        return kept.stream().boxed().toList();
    }
}
