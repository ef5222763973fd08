package dev.tidar.text.grammar;

import dev.tidar.text.grammar.rule.Terminal;
import dev.tidar.text.grammar.vocabulary.TokenTrie;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one walk through the vocabulary finds in a state of a terminal, whatever comes after the terminal: the tokens
 * that end inside of it, grouped by where they end, and the nodes at which it may be complete while tokens go on.
 * Immutable.
 */
final class Continuations {

    private final List<Group> groups;
    private final int[] exits; // nodes
    private final int[] exitUnits; // [exits]
    private final int bytes;

    private Continuations(List<Group> groups, int[] exits, int[] exitUnits, int bytes) {
        this.groups = groups;
        this.exits = exits;
        this.exitUnits = exitUnits;
        this.bytes = bytes;
    }

    /** A state of a terminal, as a key; terminals that differ in their bounds alone share it. */
    record Place(ByteAutomaton automaton, boolean counts, int state) {

        static Place of(Terminal terminal, int state) {
            return new Place(terminal.automaton(), terminal.counts(), state);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Place that
                    && automaton == that.automaton
                    && counts == that.counts
                    && state == that.state;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(automaton) * 31 + 2 * state + (counts ? 1 : 0);
        }
    }

    /**
     * Tokens that end in the same state after the same number of units.
     *
     * @param units units (characters of a string) that a token completes
     * @param ids the tokens, as a list if they are few; else as words of a mask
     */
    record Group(int state, int units, int[] ids, long[] words) {

        void addTo(long[] mask) {
            for (int id : ids) {
                mask[id >> 6] |= 1L << id;
            }
            for (int i = 0; i < words.length; i++) {
                mask[i] |= words[i];
            }
        }
    }

    static Continuations find(TokenTrie trie, Terminal terminal, int state) {
        Finder finder = new Finder(trie);
        walk(trie, 0, terminal, state, finder);
        return finder.found();
    }

    List<Group> groups() {
        return groups;
    }

    int numExits() {
        return exits.length;
    }

    int exit(int index) {
        return exits[index];
    }

    int exitUnits(int index) {
        return exitUnits[index];
    }

    int bytes() {
        return bytes;
    }

    /** What is told of the nodes that a terminal lets a walk reach. */
    interface Visitor {

        /** Tokens end in this node. */
        void tokens(int node, int state, int units);

        /** The terminal may be complete in this node, and there are longer tokens. */
        void exit(int node, int state, int units);
    }

    /** Walks through what is below a node as far as a terminal allows it. Cost is O(nodes reached). */
    static void walk(TokenTrie trie, int from, Terminal terminal, int state, Visitor visitor) {
        int[] states = new int[64];
        int[] units = new int[64];
        states[0] = state;
        int top = trie.depth(from);
        int end = trie.end(from);
        for (int node = from + 1; node < end; ) {
            int depth = trie.depth(node) - top;
            if (depth == states.length) {
                states = Arrays.copyOf(states, 2 * depth);
                units = Arrays.copyOf(units, 2 * depth);
            }
            int before = states[depth - 1];
            int reached = terminal.automaton().next(before, trie.label(node));
            if (reached == ByteAutomaton.DEAD) {
                node = trie.end(node);
                continue;
            }
            states[depth] = reached;
            units[depth] = units[depth - 1] + (terminal.completesUnit(before, reached) ? 1 : 0);
            if (trie.endsToken(node)) {
                visitor.tokens(node, reached, units[depth]);
            }
            if (terminal.automaton().isAccepting(reached) && trie.end(node) > node + 1) {
                visitor.exit(node, reached, units[depth]);
            }
            node++;
        }
    }

    /** Collects what a walk from the root finds. */
    private static final class Finder implements Visitor {

        private final TokenTrie trie;
        private final Map<Long, Ids> groups = new LinkedHashMap<>();
        private final Ids exits = new Ids();
        private final Ids exitUnits = new Ids();
        private long lastKey = -1;
        private Ids last = new Ids();

        Finder(TokenTrie trie) {
            this.trie = trie;
        }

        @Override
        public void tokens(int node, int state, int units) {
            long key = (long) state << 32 | units;
            if (key != lastKey) {
                last = groups.computeIfAbsent(key, fresh -> new Ids());
                lastKey = key;
            }
            for (int i = trie.firstToken(node); i < trie.firstToken(node + 1); i++) {
                last.add(trie.token(i));
            }
        }

        @Override
        public void exit(int node, int state, int units) {
            exits.add(node);
            exitUnits.add(units);
        }

        Continuations found() {
            List<Group> found = groups.entrySet().stream()
                    .map(entry ->
                            group((int) (entry.getKey() >> 32), entry.getKey().intValue(), entry.getValue()))
                    .toList();
            int bytes = 64 + 8 * exits.count;
            for (Group group : found) {
                bytes += 64 + 4 * group.ids().length + 8 * group.words().length;
            }
            return new Continuations(found, exits.toArray(), exitUnits.toArray(), bytes);
        }

        private static Group group(int state, int units, Ids ids) {
            int[] list = ids.toArray();
            int words = (Arrays.stream(list).max().orElse(0) >> 6) + 1;
            if (list.length < 2 * words) {
                return new Group(state, units, list, new long[0]);
            }
            long[] bits = new long[words];
            for (int id : list) {
                bits[id >> 6] |= 1L << id;
            }
            return new Group(state, units, new int[0], bits);
        }
    }

    /** A growing list of integers. */
    private static final class Ids {
        private int[] values = new int[8];
        private int count;

        void add(int value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }

        int[] toArray() {
            return Arrays.copyOf(values, count);
        }
    }
}
